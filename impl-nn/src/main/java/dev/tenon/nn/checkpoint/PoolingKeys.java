package dev.tenon.nn.checkpoint;

import dev.tenon.model.EmbeddingHead.Pooling;
import dev.tenon.nn.config.ConfigReader;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The configuration of sentence-transformers' Pooling: a flag for each way up to version 5, {@code
 * pooling_mode} since.
 */
final class PoolingKeys {
  private static final String MODE = "pooling_mode";

  /** By the name that {@code pooling_mode} has for it, and the flag that older versions have. */
  private enum Mode {
    CLS(Pooling.CLS, "cls", "_cls_token"),
    MEAN(Pooling.MEAN, "mean", "_mean_tokens"),
    MAX(Pooling.MAX, "max", "_max_tokens"),
    SQRT(Pooling.MEAN_SQRT_LEN, "mean_sqrt_len_tokens", "_mean_sqrt_len_tokens"),
    WEIGHTED(Pooling.WEIGHTEDMEAN, "weightedmean", "_weightedmean_tokens"),
    LAST(Pooling.LASTTOKEN, "lasttoken", "_lasttoken");

    private final Pooling pooling;
    private final String label;
    private final String flag;

    Mode(Pooling pooling, String label, String flag) {
      this.pooling = pooling;
      this.label = label;
      this.flag = MODE + flag;
    }
  }

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
    String name = keys.text(MODE, Mode.MEAN.label);
    Optional<Mode> known = Stream.of(Mode.values()).filter(x -> x.label.equals(name)).findFirst();
    if (known.isEmpty()) {
      keys.unsupported(MODE, "one of " + Stream.of(Mode.values()).map(x -> x.label).toList());
    }
    return known.orElse(Mode.MEAN).pooling;
  }

  private static Pooling flags(ConfigReader keys) {
    List<Mode> asked = Stream.of(Mode.values()).filter(x -> keys.flag(x.flag, false)).toList();
    asked.stream().skip(1).forEach(x -> keys.unsupported(x.flag, "one way to pool"));
    return asked.isEmpty() ? Pooling.MEAN : asked.get(0).pooling;
  }

  /** The keys that every version reads. */
  static Map<String, Object> write(Pooling pooling, int hiddenSize) {
    Map<String, Object> keys = new LinkedHashMap<>();
    keys.put("word_embedding_dimension", hiddenSize);
    Stream.of(Mode.values()).forEach(x -> keys.put(x.flag, pooling == x.pooling));
    return keys;
  }
}
