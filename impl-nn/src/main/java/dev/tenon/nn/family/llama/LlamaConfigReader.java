package dev.tenon.nn.family.llama;

import dev.tenon.error.CheckpointException;
import dev.tenon.error.InvalidInputException;
import dev.tenon.nn.config.ConfigReader;
import dev.tenon.nn.internal.Sizes;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/** Llama's keys in config.json, in the spelling of transformers 4 and 5. */
final class LlamaConfigReader {
  private static final Set<String> SILU = Set.of("silu", "swish");

  private LlamaConfigReader() {}

  static LlamaConfig read(ConfigReader keys) {
    int hidden = keys.integer("hidden_size", 1, Sizes.MAX_SIZE);
    int heads = keys.integer("num_attention_heads", 1, Sizes.MAX_SIZE);
    int vocab = keys.integer("vocab_size", 1, Sizes.MAX_SIZE);
    int intermediate = keys.integer("intermediate_size", 1, Sizes.MAX_SIZE);
    int layers = keys.integer("num_hidden_layers", 1, Sizes.MAX_LAYERS);
    int keyValueHeads = keys.integer("num_key_value_heads", 1, Sizes.MAX_SIZE, heads);
    int headDim =
        keys.integer("head_dim", 2, LlamaConfig.MAX_HEAD_DIM, Math.max(1, hidden / heads));
    int positions = keys.integer("max_position_embeddings", 1, Integer.MAX_VALUE, 2048);
    double eps = keys.positive("rms_norm_eps", 1e-6);
    double range = keys.positive("initializer_range", 0.02);
    Rope rope = rope(keys);
    boolean attentionBias = keys.flag("attention_bias", false);
    boolean mlpBias = keys.flag("mlp_bias", false);
    boolean tied = keys.flag("tie_word_embeddings", false);
    OptionalInt pad = padTokenId(keys, vocab);
    double dropout = keys.probability("attention_dropout", 0);
    refuse(keys);
    keys.finish();
    try {
      return new LlamaConfig(
          vocab,
          hidden,
          intermediate,
          layers,
          heads,
          keyValueHeads,
          headDim,
          positions,
          eps,
          rope,
          attentionBias,
          mlpBias,
          tied,
          range,
          pad,
          dropout);
    } catch (InvalidInputException e) {
      throw new CheckpointException(keys.file() + ": " + e.getMessage(), e);
    }
  }

  /** transformers counts a negative id from the end of the vocabulary. */
  private static OptionalInt padTokenId(ConfigReader keys, int vocab) {
    if (!keys.has("pad_token_id")) {
      return OptionalInt.empty();
    }
    int id = keys.integer("pad_token_id", -vocab, vocab - 1);
    return OptionalInt.of(id < 0 ? id + vocab : id);
  }

  /**
   * Keys that change the computation in ways the program does not know. Those that transformers
   * ignores too are ignored.
   */
  private static void refuse(ConfigReader keys) {
    if (!SILU.contains(keys.text("hidden_act", "silu"))) {
      keys.unsupported("hidden_act", "silu");
    }
    if (keys.has("pretraining_tp") && keys.integer("pretraining_tp", 1, Integer.MAX_VALUE) != 1) {
      keys.unsupported("pretraining_tp", "1");
    }
    if (keys.positive("partial_rotary_factor", 1) != 1) {
      keys.unsupported("partial_rotary_factor", "1");
    }
    if (keys.has("quantization_config")) {
      keys.unsupported("quantization_config", "no quantized weights");
    }
  }

  /**
   * {@code rope_parameters} of transformers 5, or {@code rope_theta} and {@code rope_scaling} of 4.
   */
  private static Rope rope(ConfigReader keys) {
    double theta = keys.positive("rope_theta", 10000);
    Optional<ConfigReader> parameters = keys.object("rope_parameters");
    Optional<ConfigReader> scaling = keys.object("rope_scaling");
    if (parameters.isPresent() && scaling.isPresent()) {
      keys.problem("rope_scaling", "not given together with rope_parameters");
    }
    Optional<ConfigReader> found = parameters.or(() -> scaling);
    return found.map(x -> rope(x, theta)).orElseGet(() -> Rope.of(theta));
  }

  private static Rope rope(ConfigReader keys, double outerTheta) {
    double theta = keys.positive("rope_theta", outerTheta);
    String key = keys.has("rope_type") ? "rope_type" : "type";
    String type = keys.text(key, "default");
    if (keys.positive("partial_rotary_factor", 1) != 1) {
      keys.unsupported("partial_rotary_factor", "1");
    }
    return switch (type) {
      case "default" -> Rope.of(theta);
      case "llama3" -> new Rope(theta, llama3(keys));
      default -> {
        keys.unsupported(key, "default or llama3");
        yield Rope.of(theta);
      }
    };
  }

  private static Optional<Rope.Llama3Scaling> llama3(ConfigReader keys) {
    double factor = keys.positive("factor");
    double low = keys.positive("low_freq_factor");
    double high = keys.positive("high_freq_factor");
    int original = keys.integer("original_max_position_embeddings", 1, Integer.MAX_VALUE);
    if (keys.has("factor") && factor < 1) {
      keys.problem("factor", ">= 1");
      return Optional.empty();
    }
    if (high <= low) {
      if (keys.has("high_freq_factor")) {
        keys.problem("high_freq_factor", "> low_freq_factor");
      }
      return Optional.empty();
    }
    return Optional.of(new Rope.Llama3Scaling(Math.max(1, factor), low, high, original));
  }

  static Map<String, Object> toMap(LlamaConfig config) {
    Map<String, Object> keys = new LinkedHashMap<>();
    keys.put("architectures", List.of(Llama.ARCHITECTURE));
    keys.put("model_type", Llama.MODEL_TYPE);
    keys.put("vocab_size", config.vocabSize());
    keys.put("hidden_size", config.hiddenSize());
    keys.put("intermediate_size", config.intermediateSize());
    keys.put("num_hidden_layers", config.numHiddenLayers());
    keys.put("num_attention_heads", config.numAttentionHeads());
    keys.put("num_key_value_heads", config.numKeyValueHeads());
    keys.put("head_dim", config.headDim());
    keys.put("hidden_act", "silu");
    keys.put("max_position_embeddings", config.maxPositionEmbeddings());
    keys.put("rms_norm_eps", config.rmsNormEps());
    keys.put("rope_theta", config.rope().theta());
    config.rope().scaling().ifPresent(x -> keys.put("rope_scaling", scaling(x)));
    keys.put("attention_bias", config.attentionBias());
    keys.put("mlp_bias", config.mlpBias());
    keys.put("tie_word_embeddings", config.tieWordEmbeddings());
    keys.put("initializer_range", config.initializerRange());
    config.padTokenId().ifPresent(id -> keys.put("pad_token_id", id));
    keys.put("attention_dropout", config.attentionDropout());
    keys.put("torch_dtype", "float32");
    return keys;
  }

  private static Map<String, Object> scaling(Rope.Llama3Scaling scaling) {
    Map<String, Object> keys = new LinkedHashMap<>();
    keys.put("rope_type", "llama3");
    keys.put("factor", scaling.factor());
    keys.put("low_freq_factor", scaling.lowFreqFactor());
    keys.put("high_freq_factor", scaling.highFreqFactor());
    keys.put("original_max_position_embeddings", scaling.originalMaxPositionEmbeddings());
    return keys;
  }
}
