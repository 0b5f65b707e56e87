package dev.tenon.nn.family;

import dev.tenon.error.InvalidInputException;
import dev.tenon.model.Head;
import dev.tenon.nn.config.ConfigReader;
import dev.tenon.spec.ClassificationHead;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The keys of config.json that tell a network's head, as transformers has them: {@code
 * architectures}, and {@code id2label} of a classification. A value head is a decoder's
 * classification with one label. Safe for threads.
 */
public final class HeadKeys {
  /** The weight of a value head, F32 [1, H]. */
  public static final String SCORE = "score.weight";

  private static final String ARCHITECTURES = "architectures";
  private static final String ID_TO_LABEL = "id2label";
  private static final String LABEL_TO_ID = "label2id";
  private static final String NUM_LABELS = "num_labels";
  private static final String PROBLEM_TYPE = "problem_type";
  private static final String LABEL = "LABEL_";
  private static final int MAX_LABELS = 1 << 20;

  /** What a classification, a value head or a pooler is called, in all families. */
  private static final Pattern NEW_HEAD =
      Pattern.compile(
          "score\\.weight|(.*\\.)?pooler\\.dense\\.(weight|bias)|(pre_)?classifier\\..*");

  private HeadKeys() {}

  /** Whether a network may start with this head untrained: it says nothing yet, but can learn. */
  public static boolean mayStart(Head head) {
    return head == Head.VALUE || head == Head.SEQUENCE_CLASSIFICATION;
  }

  /** Whether a parameter belongs to such a head, not to the body below it. */
  public static boolean ofNewHead(String name) {
    return NEW_HEAD.matcher(name).matches();
  }

  /**
   * The head that a configuration names; where it names none, causal-lm, or the bare body of a
   * family that has no causal-lm. What cannot be done is noted with the reader.
   *
   * @param names the family's architectures
   */
  public static Head read(ConfigReader keys, Map<Head, String> names) {
    Head usual = names.containsKey(Head.CAUSAL_LM) ? Head.CAUSAL_LM : Head.POOLED_EMBEDDING;
    if (!keys.has(ARCHITECTURES)) {
      return usual;
    }
    List<Head> listed = Stream.of(Head.values()).filter(x -> lists(keys, names, x)).toList();
    if (listed.isEmpty()) {
      keys.unsupported(ARCHITECTURES, "one of " + names.values().stream().sorted().toList());
      return usual;
    }
    return listed.get(0) == Head.VALUE ? valueOrClasses(keys, listed) : listed.get(0);
  }

  /** A decoder's classification with one label is a value head; a family need not know others. */
  private static Head valueOrClasses(ConfigReader keys, List<Head> listed) {
    boolean classes = labels(keys).size() > 1 && listed.contains(Head.SEQUENCE_CLASSIFICATION);
    return classes ? Head.SEQUENCE_CLASSIFICATION : Head.VALUE;
  }

  /**
   * The heads of a family, with the classification that every value head can be: transformers calls
   * both alike.
   */
  public static Map<Head, String> withClasses(Map<Head, String> names) {
    Map<Head, String> all = new TreeMap<>(names);
    if (names.containsKey(Head.VALUE)) {
      all.putIfAbsent(Head.SEQUENCE_CLASSIFICATION, String.valueOf(names.get(Head.VALUE)));
    }
    return all;
  }

  /** The classes of a network with a value head, if its configuration names more than one. */
  public static Optional<ClassificationHead> severalClasses(ConfigReader keys) {
    return classes(keys, Head.SEQUENCE_CLASSIFICATION).filter(x -> x.labels().size() > 1);
  }

  private static boolean lists(ConfigReader keys, Map<Head, String> names, Head head) {
    String name = names.get(head);
    return name != null && keys.lists(ARCHITECTURES, name);
  }

  /** The classes of a classification; empty for another head. */
  public static Optional<ClassificationHead> classes(ConfigReader keys, Head head) {
    if (head != Head.SEQUENCE_CLASSIFICATION) {
      return Optional.empty();
    }
    List<String> labels = labels(keys);
    Optional<String> problem =
        keys.has(PROBLEM_TYPE) ? Optional.of(keys.text(PROBLEM_TYPE, "")) : Optional.empty();
    try {
      return Optional.of(new ClassificationHead(labels, problem));
    } catch (InvalidInputException e) {
      keys.problem(PROBLEM_TYPE, String.valueOf(e.getMessage()));
      return Optional.empty();
    }
  }

  /** The names of {@code id2label} by their numbers; without it transformers has two. */
  private static List<String> labels(ConfigReader keys) {
    Optional<ConfigReader> named = keys.object(ID_TO_LABEL);
    int count =
        named.map(ConfigReader::size).orElseGet(() -> keys.integer(NUM_LABELS, 1, MAX_LABELS, 2));
    List<String> labels = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      String id = Integer.toString(i);
      String standard = LABEL + i;
      if (named.isPresent() && !named.get().has(id)) {
        keys.problem(ID_TO_LABEL, "a name for each of 0 to " + (count - 1));
        return labels.isEmpty() ? List.of(standard) : labels;
      }
      labels.add(named.map(x -> x.text(id, standard)).orElse(standard));
    }
    return labels;
  }

  /**
   * The keys of a configuration with another head, as transformers writes it.
   *
   * @param labels the classes of a classification
   */
  public static Map<String, @Nullable Object> with(
      Map<String, ? extends @Nullable Object> keys,
      Map<Head, String> names,
      Head head,
      List<String> labels) {
    Map<String, @Nullable Object> changed = new LinkedHashMap<>(keys);
    List.of(ID_TO_LABEL, LABEL_TO_ID, NUM_LABELS, PROBLEM_TYPE).forEach(changed::remove);
    changed.put(ARCHITECTURES, List.of(String.valueOf(names.get(head))));
    List<String> classes = head == Head.VALUE ? List.of(LABEL + 0) : labels;
    if (head == Head.VALUE || head == Head.SEQUENCE_CLASSIFICATION) {
      Map<String, Object> idToLabel = new LinkedHashMap<>();
      Map<String, Object> labelToId = new LinkedHashMap<>();
      for (int i = 0; i < classes.size(); i++) {
        idToLabel.put(Integer.toString(i), classes.get(i));
        labelToId.put(classes.get(i), i);
      }
      changed.put(ID_TO_LABEL, idToLabel);
      changed.put(LABEL_TO_ID, labelToId);
    }
    return changed;
  }
}
