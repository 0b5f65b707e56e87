package dev.tenon.nn.family;

import dev.tenon.model.Head;
import dev.tenon.nn.config.ConfigReader;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The keys of config.json that tell a network's head, as transformers has them: {@code
 * architectures}, and {@code id2label} of a classification. A value head is a classification with
 * one label. Safe for threads.
 */
public final class HeadKeys {
  /** The weight of a value head, F32 [1, H]. */
  public static final String SCORE = "score.weight";

  private static final String ARCHITECTURES = "architectures";
  private static final String ID_TO_LABEL = "id2label";
  private static final String LABEL_TO_ID = "label2id";
  private static final String NUM_LABELS = "num_labels";

  private HeadKeys() {}

  /**
   * The head that a configuration names; causal-lm where it names none. What cannot be done is
   * noted with the reader.
   *
   * @param names the family's architectures
   */
  public static Head read(ConfigReader keys, Map<Head, String> names) {
    if (!keys.has(ARCHITECTURES) || lists(keys, names, Head.CAUSAL_LM)) {
      return Head.CAUSAL_LM;
    }
    if (!lists(keys, names, Head.VALUE)) {
      keys.unsupported(ARCHITECTURES, "one of " + names.values().stream().sorted().toList());
    } else if (labels(keys) != 1) {
      keys.unsupported(keys.has(ID_TO_LABEL) ? ID_TO_LABEL : NUM_LABELS, "num_labels 1");
    }
    return Head.VALUE;
  }

  private static boolean lists(ConfigReader keys, Map<Head, String> names, Head head) {
    String name = names.get(head);
    return name != null && keys.lists(ARCHITECTURES, name);
  }

  /** {@code num_labels} is what {@code id2label} counts; without both transformers has two. */
  private static int labels(ConfigReader keys) {
    if (keys.has(ID_TO_LABEL)) {
      return keys.object(ID_TO_LABEL).map(ConfigReader::size).orElse(1);
    }
    return keys.integer(NUM_LABELS, 1, Integer.MAX_VALUE, 2);
  }

  /** The keys of a configuration with another head, as transformers writes it. */
  public static Map<String, @Nullable Object> with(
      Map<String, ? extends @Nullable Object> keys, Map<Head, String> names, Head head) {
    Map<String, @Nullable Object> changed = new LinkedHashMap<>(keys);
    List.of(ID_TO_LABEL, LABEL_TO_ID, NUM_LABELS, "problem_type").forEach(changed::remove);
    changed.put(ARCHITECTURES, List.of(String.valueOf(names.get(head))));
    if (head == Head.VALUE) {
      changed.put(ID_TO_LABEL, Map.of("0", "LABEL_0"));
      changed.put(LABEL_TO_ID, Map.of("LABEL_0", 0));
    }
    return changed;
  }
}
