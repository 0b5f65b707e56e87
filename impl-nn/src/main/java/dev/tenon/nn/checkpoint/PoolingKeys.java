package dev.tenon.nn.checkpoint;

import dev.tenon.model.EmbeddingHead.Pooling;
import dev.tenon.nn.config.ConfigReader;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The configuration of sentence-transformers' Pooling: a flag for each way up to version 5, {@code
 * pooling_mode} since.
 */
final class PoolingKeys {
  private static final String MODE = "pooling_mode";
  private static final Map<String, Pooling> MODES =
      Map.of("cls", Pooling.CLS, "mean", Pooling.MEAN, "max", Pooling.MAX);

  private PoolingKeys() {}

  /** The one way that the keys ask for; the mean where they say nothing. */
  static Pooling read(ConfigReader keys) {
    if (!keys.flag("include_prompt", true)) {
      keys.unsupported("include_prompt", "true");
    }
    Pooling pooling = keys.has(MODE) ? mode(keys) : flags(keys);
    keys.finish();
    return pooling;
  }

  private static Pooling mode(ConfigReader keys) {
    String name = keys.text(MODE, "mean");
    if (!MODES.containsKey(name)) {
      keys.unsupported(MODE, "one of " + MODES.keySet().stream().sorted().toList());
    }
    return MODES.getOrDefault(name, Pooling.MEAN);
  }

  private static Pooling flags(ConfigReader keys) {
    Map<String, Pooling> known =
        Map.of(
            MODE + "_cls_token", Pooling.CLS,
            MODE + "_mean_tokens", Pooling.MEAN,
            MODE + "_max_tokens", Pooling.MAX);
    for (String other :
        new String[] {"_mean_sqrt_len_tokens", "_weightedmean_tokens", "_lasttoken"}) {
      if (keys.flag(MODE + other, false)) {
        keys.unsupported(MODE + other, "false");
      }
    }
    Map<String, Pooling> asked = new LinkedHashMap<>();
    known.forEach(
        (key, pooling) -> {
          if (keys.flag(key, false)) {
            asked.put(key, pooling);
          }
        });
    if (asked.size() > 1) {
      asked.keySet().stream().sorted().skip(1).forEach(x -> keys.unsupported(x, "one way to pool"));
    }
    return asked.values().stream().findFirst().orElse(Pooling.MEAN);
  }

  /** The keys that every version reads. */
  static Map<String, Object> write(Pooling pooling, int hiddenSize) {
    Map<String, Object> keys = new LinkedHashMap<>();
    keys.put("word_embedding_dimension", hiddenSize);
    keys.put(MODE + "_cls_token", pooling == Pooling.CLS);
    keys.put(MODE + "_mean_tokens", pooling == Pooling.MEAN);
    keys.put(MODE + "_max_tokens", pooling == Pooling.MAX);
    keys.put(MODE + "_mean_sqrt_len_tokens", false);
    return keys;
  }
}
