package dev.tenon.nn.family.decoder;

import dev.tenon.nn.config.ConfigReader;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Rotary positions in config.json: {@code rope_parameters} of transformers 5, or {@code rope_theta}
 * and {@code rope_scaling} of 4.
 */
final class RopeKeys {
  private static final String ORIGINAL = "original_max_position_embeddings";

  private final ConfigReader config;
  private final ConfigReader keys;
  private final int positions;

  /**
   * Keys of one rope.
   *
   * @param config all keys
   * @param keys those of the rope
   */
  private RopeKeys(ConfigReader config, ConfigReader keys, int positions) {
    this.config = config;
    this.keys = keys;
    this.positions = positions;
  }

  /**
   * Reads the keys.
   *
   * @param theta where none is given
   * @param positions {@code max_position_embeddings}
   */
  static Rope read(ConfigReader config, double theta, int positions) {
    double outer = config.positive("rope_theta", theta);
    Optional<ConfigReader> parameters = config.object("rope_parameters");
    Optional<ConfigReader> scaling = config.object("rope_scaling");
    if (parameters.isPresent() && scaling.isPresent()) {
      config.problem("rope_scaling", "not given together with rope_parameters");
    }
    return parameters
        .or(() -> scaling)
        .map(x -> new RopeKeys(config, x, positions).rope(outer))
        .orElseGet(() -> Rope.of(outer));
  }

  private Rope rope(double outerTheta) {
    double theta = keys.positive("rope_theta", outerTheta);
    String key = keys.has("rope_type") ? "rope_type" : "type";
    if (keys.positive("partial_rotary_factor", 1) != 1) {
      keys.unsupported("partial_rotary_factor", "1");
    }
    for (String layerType : List.of("full_attention", "sliding_attention")) {
      if (keys.has(layerType)) {
        keys.unsupported(layerType, "one rope for all layers");
      }
    }
    return new Rope(theta, scaling(key, keys.text(key, "default")));
  }

  private Optional<RopeScaling> scaling(String key, String type) {
    return switch (type) {
      case "default" -> Optional.empty();
      case "linear" -> Optional.of(new RopeScaling.Linear(factor()));
      case "dynamic" -> Optional.of(new RopeScaling.Dynamic(factor(), positions));
      case "yarn" -> Optional.of(yarn());
      case "llama3" -> llama3();
      default -> {
        keys.unsupported(key, "default, linear, dynamic, yarn or llama3");
        yield Optional.empty();
      }
    };
  }

  /** transformers warns of a factor below 1; it is an error here. */
  private double factor() {
    double factor = keys.positive("factor");
    if (keys.has("factor") && factor < 1) {
      keys.problem("factor", ">= 1");
    }
    return factor;
  }

  /** A key of the configuration goes before one of the rope, as in transformers. */
  private int original() {
    ConfigReader from = config.has(ORIGINAL) ? config : keys;
    return from.integer(ORIGINAL, 1, Integer.MAX_VALUE, positions);
  }

  private RopeScaling yarn() {
    int original = original();
    double factor = keys.isNull("factor") ? (double) positions / original : factor();
    double fast = keys.positive("beta_fast", 32);
    double slow = keys.positive("beta_slow", 1);
    boolean truncate = keys.flag("truncate", true);
    return new RopeScaling.Yarn(factor, original, attention(factor), fast, slow, truncate);
  }

  /** {@code attention_factor}, or what follows from the factor and both {@code mscale} keys. */
  private double attention(double factor) {
    double mscale = keys.notNegative("mscale", 0);
    double all = keys.notNegative("mscale_all_dim", 0);
    double found =
        mscale > 0 && all > 0
            ? RopeScaling.Yarn.mscale(factor, mscale) / RopeScaling.Yarn.mscale(factor, all)
            : RopeScaling.Yarn.mscale(factor, 1);
    return keys.positive("attention_factor", found);
  }

  private Optional<RopeScaling> llama3() {
    double factor = factor();
    double low = keys.positive("low_freq_factor");
    double high = keys.positive("high_freq_factor");
    int original = original();
    if (high <= low) {
      if (keys.has("high_freq_factor")) {
        keys.problem("high_freq_factor", "> low_freq_factor");
      }
      return Optional.empty();
    }
    return Optional.of(new RopeScaling.Llama3(Math.max(1, factor), low, high, original));
  }

  /** {@code rope_theta} and, where there is one, {@code rope_scaling}. */
  static Map<String, Object> toMap(Rope rope) {
    Map<String, Object> keys = new LinkedHashMap<>();
    keys.put("rope_theta", rope.theta());
    rope.scaling().ifPresent(x -> keys.put("rope_scaling", scalingMap(x)));
    return keys;
  }

  private static Map<String, Object> scalingMap(RopeScaling scaling) {
    Map<String, Object> keys = new LinkedHashMap<>();
    if (scaling instanceof RopeScaling.Linear linear) {
      keys.put("rope_type", "linear");
      keys.put("factor", linear.factor());
    } else if (scaling instanceof RopeScaling.Dynamic dynamic) {
      keys.put("rope_type", "dynamic");
      keys.put("factor", dynamic.factor());
    } else if (scaling instanceof RopeScaling.Yarn yarn) {
      keys.put("rope_type", "yarn");
      keys.put("factor", yarn.factor());
      keys.put(ORIGINAL, yarn.originalMaxPositionEmbeddings());
      keys.put("attention_factor", yarn.attentionFactor());
      keys.put("beta_fast", yarn.betaFast());
      keys.put("beta_slow", yarn.betaSlow());
      keys.put("truncate", yarn.truncate());
    } else if (scaling instanceof RopeScaling.Llama3 llama3) {
      keys.put("rope_type", "llama3");
      keys.put("factor", llama3.factor());
      keys.put("low_freq_factor", llama3.lowFreqFactor());
      keys.put("high_freq_factor", llama3.highFreqFactor());
      keys.put(ORIGINAL, llama3.originalMaxPositionEmbeddings());
    }
    return keys;
  }
}
