package dev.tenon.nn.family.gpt2;

import dev.tenon.error.CheckpointException;
import dev.tenon.error.InvalidInputException;
import dev.tenon.nn.config.ConfigReader;
import dev.tenon.nn.family.decoder.DecoderKeys;
import dev.tenon.nn.family.gpt2.Gpt2Config.AttentionScale;
import dev.tenon.nn.family.gpt2.Gpt2Config.Dropout;
import dev.tenon.nn.internal.Sizes;
import dev.tenon.nn.script.Activations;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

/** GPT-2's keys in config.json. */
final class Gpt2ConfigReader {
  private Gpt2ConfigReader() {}

  static Gpt2Config read(ConfigReader keys) {
    int vocab = keys.integer("vocab_size", 1, Sizes.MAX_SIZE);
    int positions =
        keys.integer(
            keys.first("n_positions", "max_position_embeddings"), 1, Integer.MAX_VALUE, 1024);
    int hidden = keys.integer(keys.first("n_embd", "hidden_size"), 1, Sizes.MAX_SIZE);
    int layers = keys.integer(keys.first("n_layer", "num_hidden_layers"), 1, Sizes.MAX_LAYERS);
    int heads = keys.integer(keys.first("n_head", "num_attention_heads"), 1, Sizes.MAX_SIZE);
    OptionalInt inner =
        keys.has("n_inner")
            ? OptionalInt.of(keys.integer("n_inner", 1, Sizes.MAX_SIZE))
            : OptionalInt.empty();
    Dropout dropout =
        new Dropout(
            keys.probability("embd_pdrop", 0.1),
            keys.probability("resid_pdrop", 0.1),
            keys.probability("attn_pdrop", 0.1));
    AttentionScale scale =
        new AttentionScale(
            keys.flag("scale_attn_weights", true),
            keys.flag("scale_attn_by_inverse_layer_idx", false));
    double epsilon = keys.positive("layer_norm_epsilon", 1e-5);
    double range = keys.positive("initializer_range", 0.02);
    boolean tied = keys.flag("tie_word_embeddings", true);
    String activation = activation(keys);
    refuse(keys);
    keys.finish();
    try {
      return new Gpt2Config(
          vocab,
          positions,
          hidden,
          layers,
          heads,
          inner,
          activation,
          dropout,
          epsilon,
          range,
          scale,
          tied);
    } catch (InvalidInputException e) {
      throw new CheckpointException(keys.file() + ": " + e.getMessage(), e);
    }
  }

  private static String activation(ConfigReader keys) {
    String name = keys.text("activation_function", "gelu_new");
    if (!Activations.names().contains(name)) {
      keys.unsupported("activation_function", "one of " + Activations.names());
    }
    return name;
  }

  /**
   * Keys that change the computation in ways the program does not know. {@code
   * reorder_and_upcast_attn} changes nothing in f32.
   */
  private static void refuse(ConfigReader keys) {
    DecoderKeys.refuseSight(keys);
    if (keys.flag("add_cross_attention", false)) {
      keys.unsupported("add_cross_attention", "false");
    }
    if (keys.has("quantization_config")) {
      keys.unsupported("quantization_config", "no quantized weights");
    }
  }

  static Map<String, Object> toMap(Gpt2Config config) {
    Map<String, Object> keys = new LinkedHashMap<>();
    keys.put("architectures", List.of(Gpt2.ARCHITECTURE));
    keys.put("model_type", Gpt2.MODEL_TYPE);
    keys.put("vocab_size", config.vocabSize());
    keys.put("n_positions", config.nPositions());
    keys.put("n_embd", config.nEmbd());
    keys.put("n_layer", config.nLayer());
    keys.put("n_head", config.nHead());
    config.nInner().ifPresent(inner -> keys.put("n_inner", inner));
    keys.put("activation_function", config.activationFunction());
    keys.put("embd_pdrop", config.dropout().embedding());
    keys.put("resid_pdrop", config.dropout().residual());
    keys.put("attn_pdrop", config.dropout().attention());
    keys.put("layer_norm_epsilon", config.layerNormEpsilon());
    keys.put("initializer_range", config.initializerRange());
    keys.put("scale_attn_weights", config.attentionScale().byHeadSize());
    keys.put("scale_attn_by_inverse_layer_idx", config.attentionScale().byLayer());
    keys.put("tie_word_embeddings", config.tieWordEmbeddings());
    keys.put("torch_dtype", "float32");
    return keys;
  }
}
