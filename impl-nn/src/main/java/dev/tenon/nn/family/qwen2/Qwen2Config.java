package dev.tenon.nn.family.qwen2;

import dev.tenon.nn.config.ConfigReader;
import dev.tenon.nn.family.decoder.DecoderConfig;
import dev.tenon.nn.family.decoder.DecoderDefaults;
import dev.tenon.nn.family.decoder.DecoderKeys;
import dev.tenon.nn.family.decoder.LayerWindows;
import dev.tenon.nn.family.decoder.WindowKeys;

/**
 * The numbers of a Qwen2 network, under transformers' names ({@code Qwen2Config}).
 *
 * @param decoder those that all decoders have
 * @param windows which layers see only the last tokens, one entry a layer
 */
public record Qwen2Config(DecoderConfig decoder, LayerWindows windows) {
  private static final DecoderDefaults DEFAULTS =
      DecoderDefaults.LLAMA.withKeyValueHeads(32).withNumbers(32768, 1e-6, 10000);

  /** Checks that there is a window for each layer. */
  public Qwen2Config {
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
  public static Qwen2Config read(ConfigReader keys) {
    DecoderConfig.Builder decoder = DecoderKeys.read(keys, DEFAULTS);
    LayerWindows windows = WindowKeys.fromLayer(keys, decoder.layers());
    return DecoderKeys.finish(keys, () -> new Qwen2Config(decoder.build(), windows));
  }
}
