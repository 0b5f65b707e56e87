package dev.tenon.nn.family.gemma;

import dev.tenon.nn.config.ConfigReader;
import dev.tenon.nn.family.decoder.DecoderConfig;
import dev.tenon.nn.family.decoder.DecoderDefaults;
import dev.tenon.nn.family.decoder.DecoderKeys;

/**
 * The numbers of a Gemma network, under transformers' names ({@code GemmaConfig}).
 *
 * @param decoder those that all decoders have
 * @param attentionBias whether the four attention projections have biases
 */
public record GemmaConfig(DecoderConfig decoder, boolean attentionBias) {
  private static final String TANH = "gelu_pytorch_tanh";

  /** The first files said so and meant the tanh form: transformers reads them so. */
  private static final String GELU = "gelu";

  private static final DecoderDefaults DEFAULTS =
      DecoderDefaults.LLAMA
          .withKeyValueHeads(16)
          .withHeadDim(256)
          .withNumbers(8192, 1e-6, 10000)
          .withGemma("hidden_act");

  /**
   * Reads config.json, in the spelling of transformers 4 or 5.
   *
   * @throws dev.tenon.error.UnsupportedFeatureException for keys that ask for what the program does
   *     not do
   * @throws dev.tenon.error.CheckpointException for missing or wrong keys, all of them in one
   *     message
   */
  public static GemmaConfig read(ConfigReader keys) {
    DecoderConfig.Builder decoder = DecoderKeys.read(keys, DEFAULTS);
    if (GELU.equals(keys.text("hidden_act", TANH))) {
      decoder.hiddenAct(TANH);
    }
    boolean bias = keys.flag("attention_bias", false);
    return DecoderKeys.finish(keys, () -> new GemmaConfig(decoder.build(), bias));
  }
}
