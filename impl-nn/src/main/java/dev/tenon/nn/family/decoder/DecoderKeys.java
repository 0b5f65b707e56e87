package dev.tenon.nn.family.decoder;

import dev.tenon.error.CheckpointException;
import dev.tenon.error.InvalidInputException;
import dev.tenon.internal.Problems;
import dev.tenon.nn.config.ConfigReader;
import dev.tenon.nn.internal.Sizes;
import dev.tenon.nn.script.Activations;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalInt;
import java.util.function.Supplier;

/** The common keys of config.json, in the spelling of transformers 4 and 5. Safe for threads. */
public final class DecoderKeys {
  private static final String PAD = "pad_token_id";

  private DecoderKeys() {}

  /**
   * Reads the common keys and refuses those that ask for what the texts do not do. The family reads
   * its own and calls {@link #finish}.
   *
   * @return numbers that are still to be checked against each other
   */
  public static DecoderConfig.Builder read(ConfigReader keys, DecoderDefaults defaults) {
    int hidden = keys.integer("hidden_size", 1, Sizes.MAX_SIZE);
    int heads = keys.integer("num_attention_heads", 1, Sizes.MAX_SIZE);
    int vocab = keys.integer("vocab_size", 1, Sizes.MAX_SIZE);
    int intermediate = keys.integer("intermediate_size", 1, Sizes.MAX_SIZE);
    int layers = keys.integer("num_hidden_layers", 1, Sizes.MAX_LAYERS);
    int headDim = headDim(keys, defaults, hidden, heads);
    int positions =
        keys.integer("max_position_embeddings", 1, Integer.MAX_VALUE, defaults.positions());
    Rope rope = RopeKeys.read(keys, defaults.ropeTheta(), positions);
    if (rope.needsWideHeads() && headDim <= 2) {
      keys.problem("head_dim", "> 2, as the rope type divides by head_dim - 2");
    }
    refuse(keys);
    return DecoderConfig.builder(vocab, hidden, intermediate, layers, heads)
        .keyValueHeads(keyValueHeads(keys, defaults, heads))
        .headDim(headDim)
        .positions(positions, rope)
        .rmsNormEps(keys.positive("rms_norm_eps", defaults.rmsNormEps()))
        .hiddenAct(activation(keys, defaults))
        .tiedHead(keys.flag("tie_word_embeddings", defaults.tied()))
        .initializerRange(keys.positive("initializer_range", 0.02))
        .padTokenId(padTokenId(keys, defaults, vocab))
        .attentionDropout(keys.probability("attention_dropout", 0));
  }

  /**
   * Ends the reading and makes the family's configuration.
   *
   * @throws dev.tenon.error.UnsupportedFeatureException with every key that asks for what cannot be
   *     done
   * @throws CheckpointException with every key whose value is wrong
   */
  public static <C> C finish(ConfigReader keys, Supplier<C> config) {
    keys.finish();
    try {
      return config.get();
    } catch (InvalidInputException e) {
      throw new CheckpointException(keys.file() + ": " + e.getMessage(), e);
    }
  }

  /** Refuses heads that do not divide hidden_size, as transformers does for some families. */
  public static void checkHeads(DecoderConfig config) {
    Problems problems = new Problems();
    Sizes.checkDivisor(
        problems,
        "num_attention_heads",
        config.numAttentionHeads(),
        "hidden_size",
        config.hiddenSize());
    problems.throwIfAny(InvalidInputException::new);
  }

  /** Notes the same of keys that have been read. */
  public static void checkHeads(ConfigReader keys, DecoderConfig.Builder read) {
    if (read.hiddenSize() % read.heads() != 0) {
      keys.problem("num_attention_heads", "a divisor of hidden_size " + read.hiddenSize());
    }
  }

  /** Refuses windows for another number of layers. */
  public static void checkWindows(DecoderConfig config, LayerWindows windows) {
    Problems problems = new Problems();
    problems.check(
        windows.sliding().size() == config.numHiddenLayers(),
        "layers with or without a window",
        windows.sliding().size(),
        "num_hidden_layers " + config.numHiddenLayers());
    problems.throwIfAny(InvalidInputException::new);
  }

  private static int headDim(ConfigReader keys, DecoderDefaults defaults, int hidden, int heads) {
    int divided = Math.max(1, hidden / heads);
    int absent = keys.isNull("head_dim") ? divided : defaults.headDim().orElse(divided);
    return keys.integer("head_dim", 2, DecoderConfig.MAX_HEAD_DIM, absent);
  }

  private static int keyValueHeads(ConfigReader keys, DecoderDefaults defaults, int heads) {
    String key = "num_key_value_heads";
    int absent = keys.isNull(key) ? heads : defaults.keyValueHeads().orElse(heads);
    return keys.integer(key, 1, Sizes.MAX_SIZE, absent);
  }

  private static String activation(ConfigReader keys, DecoderDefaults defaults) {
    String name = keys.text(defaults.actKey(), defaults.act());
    if (!Activations.names().contains(name)) {
      keys.unsupported(defaults.actKey(), "one of " + Activations.names());
      return defaults.act();
    }
    return name;
  }

  /** transformers counts a negative id from the end of the vocabulary. */
  private static OptionalInt padTokenId(ConfigReader keys, DecoderDefaults defaults, int vocab) {
    if (!keys.has(PAD)) {
      return keys.isNull(PAD) ? OptionalInt.empty() : defaults.padTokenId();
    }
    int id = keys.integer(PAD, -vocab, vocab - 1);
    return OptionalInt.of(id < 0 ? id + vocab : id);
  }

  /** Keys that change the computation. Those that transformers ignores too are ignored. */
  private static void refuse(ConfigReader keys) {
    if (keys.has("pretraining_tp") && keys.integer("pretraining_tp", 1, Integer.MAX_VALUE) != 1) {
      keys.unsupported("pretraining_tp", "1");
    }
    refuseSight(keys);
    if (keys.positive("partial_rotary_factor", 1) != 1) {
      keys.unsupported("partial_rotary_factor", "1");
    }
    if (keys.has("quantization_config")) {
      keys.unsupported("quantization_config", "no quantized weights");
    }
  }

  /** Refuses keys that let a token see later ones: {@code is_causal} is read of any decoder. */
  public static void refuseSight(ConfigReader keys) {
    if (!keys.flag("is_causal", true)) {
      keys.unsupported("is_causal", "true");
    }
    if (keys.flag("use_bidirectional_attention", false)) {
      keys.unsupported("use_bidirectional_attention", "false");
    }
  }

  /** The keys that {@link #read} reads, in a spelling that transformers 4 and 5 know. */
  public static Map<String, Object> toMap(DecoderConfig config) {
    Map<String, Object> keys = new LinkedHashMap<>();
    keys.put("vocab_size", config.vocabSize());
    keys.put("hidden_size", config.hiddenSize());
    keys.put("intermediate_size", config.intermediateSize());
    keys.put("num_hidden_layers", config.numHiddenLayers());
    keys.put("num_attention_heads", config.numAttentionHeads());
    keys.put("num_key_value_heads", config.numKeyValueHeads());
    keys.put("head_dim", config.headDim());
    keys.put("hidden_act", config.hiddenAct());
    keys.put("max_position_embeddings", config.maxPositionEmbeddings());
    keys.put("rms_norm_eps", config.rmsNormEps());
    keys.putAll(RopeKeys.toMap(config.rope()));
    keys.put("tie_word_embeddings", config.tieWordEmbeddings());
    keys.put("initializer_range", config.initializerRange());
    config.padTokenId().ifPresent(id -> keys.put(PAD, id));
    keys.put("attention_dropout", config.attentionDropout());
    keys.put("torch_dtype", "float32");
    return keys;
  }
}
