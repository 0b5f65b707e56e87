package dev.tenon.nn.family.llama;

import dev.tenon.nn.config.ConfigReader;
import dev.tenon.nn.family.decoder.DecoderConfig;
import dev.tenon.nn.family.decoder.DecoderDefaults;
import dev.tenon.nn.family.decoder.DecoderKeys;
import dev.tenon.nn.family.decoder.Rope;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The numbers of a Llama network, under transformers' names ({@code LlamaConfig}).
 *
 * @param decoder those that all decoders have; hidden_size is a multiple of the heads
 * @param attentionBias whether the four attention projections have biases
 * @param mlpBias whether the three MLP projections have biases
 */
public record LlamaConfig(DecoderConfig decoder, boolean attentionBias, boolean mlpBias) {
  /** Checks the relation of heads and hidden size, which transformers asks for. */
  public LlamaConfig {
    DecoderKeys.checkHeads(decoder);
  }

  /**
   * A configuration from the sizes that have no default; the rest as transformers has it: as many
   * key/value heads as heads, heads of hidden_size / heads, 2048 positions, eps 1e-6, theta 10000,
   * silu, no biases, an untied head, start 0.02, no dropout.
   */
  public static LlamaConfig of(
      int vocabSize,
      int hiddenSize,
      int intermediateSize,
      int numHiddenLayers,
      int numAttentionHeads) {
    return new LlamaConfig(
        DecoderConfig.builder(
                vocabSize, hiddenSize, intermediateSize, numHiddenLayers, numAttentionHeads)
            .build(),
        false,
        false);
  }

  /**
   * Reads config.json, in the spelling of transformers 4 or 5.
   *
   * @throws dev.tenon.error.UnsupportedFeatureException for keys that ask for what the program does
   *     not do
   * @throws dev.tenon.error.CheckpointException for missing or wrong keys, all of them in one
   *     message
   */
  public static LlamaConfig read(ConfigReader keys) {
    DecoderConfig.Builder decoder = DecoderKeys.read(keys, DecoderDefaults.LLAMA);
    DecoderKeys.checkHeads(keys, decoder);
    boolean attentionBias = keys.flag("attention_bias", false);
    boolean mlpBias = keys.flag("mlp_bias", false);
    return DecoderKeys.finish(keys, () -> new LlamaConfig(decoder.build(), attentionBias, mlpBias));
  }

  /**
   * The keys of a config.json that this configuration is read from, in a spelling that transformers
   * 4 and 5 know.
   */
  public Map<String, Object> toMap() {
    Map<String, Object> keys = new LinkedHashMap<>();
    keys.put("architectures", List.of(Llama.ARCHITECTURE));
    keys.put("model_type", Llama.MODEL_TYPE);
    keys.putAll(DecoderKeys.toMap(decoder));
    keys.put("attention_bias", attentionBias);
    keys.put("mlp_bias", mlpBias);
    return keys;
  }

  /** V, token ids. */
  public int vocabSize() {
    return decoder.vocabSize();
  }

  private LlamaConfig with(DecoderConfig.Builder changed) {
    return new LlamaConfig(changed.build(), attentionBias, mlpBias);
  }

  /** The same configuration with fewer key/value heads. */
  public LlamaConfig withKeyValueHeads(int heads) {
    return with(decoder.toBuilder().keyValueHeads(heads));
  }

  /** The same configuration with heads of another size. */
  public LlamaConfig withHeadDim(int dim) {
    return with(decoder.toBuilder().headDim(dim));
  }

  /** The same configuration for sequences of another length and with other rotary positions. */
  public LlamaConfig withPositions(int maxPositions, Rope rope) {
    return with(decoder.toBuilder().positions(maxPositions, rope));
  }

  /** The same configuration with or without biases. */
  public LlamaConfig withBiases(boolean attention, boolean mlp) {
    return new LlamaConfig(decoder, attention, mlp);
  }

  /** The same configuration with a tied or untied head. */
  public LlamaConfig withTiedHead(boolean tied) {
    return with(decoder.toBuilder().tiedHead(tied));
  }

  /** The same configuration with dropout of attention weights in training. */
  public LlamaConfig withAttentionDropout(double probability) {
    return with(decoder.toBuilder().attentionDropout(probability));
  }
}
