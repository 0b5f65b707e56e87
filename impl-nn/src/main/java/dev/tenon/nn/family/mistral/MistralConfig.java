package dev.tenon.nn.family.mistral;

import dev.tenon.nn.config.ConfigReader;
import dev.tenon.nn.family.decoder.DecoderConfig;
import dev.tenon.nn.family.decoder.DecoderDefaults;
import dev.tenon.nn.family.decoder.DecoderKeys;
import dev.tenon.nn.family.decoder.LayerWindows;
import dev.tenon.nn.family.decoder.WindowKeys;

/**
 * The numbers of a Mistral network, under transformers' names ({@code MistralConfig}).
 *
 * @param decoder those that all decoders have
 * @param windows which layers see only the last tokens, one entry a layer
 */
public record MistralConfig(DecoderConfig decoder, LayerWindows windows) {
  private static final DecoderDefaults DEFAULTS =
      DecoderDefaults.LLAMA.withKeyValueHeads(8).withNumbers(4096 * 32, 1e-6, 10000);

  /** Checks that there is a window for each layer. */
  public MistralConfig {
    DecoderKeys.checkWindows(decoder, windows);
  }

  /**
   * Reads config.json, in the spelling of transformers 4 or 5.
   *
   * @throws dev.tenon.error.UnsupportedFeatureException for keys that ask for what the program does
   *     not do
   * @throws dev.tenon.error.CheckpointException for missing or wrong keys, all of them in one
   *     message
   */
  public static MistralConfig read(ConfigReader keys) {
    DecoderConfig.Builder decoder = DecoderKeys.read(keys, DEFAULTS);
    int size = WindowKeys.size(keys, 4096);
    int layers = decoder.layers();
    LayerWindows windows = WindowKeys.everywhere(keys, size, layers);
    return DecoderKeys.finish(keys, () -> new MistralConfig(decoder.build(), windows));
  }
}
