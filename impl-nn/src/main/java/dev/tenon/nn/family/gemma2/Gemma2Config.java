package dev.tenon.nn.family.gemma2;

import dev.tenon.nn.config.ConfigReader;
import dev.tenon.nn.family.decoder.DecoderConfig;
import dev.tenon.nn.family.decoder.DecoderDefaults;
import dev.tenon.nn.family.decoder.DecoderKeys;
import dev.tenon.nn.family.decoder.LayerWindows;
import dev.tenon.nn.family.decoder.WindowKeys;
import java.util.OptionalDouble;
import java.util.OptionalInt;

/**
 * The numbers of a Gemma 2 network, under transformers' names ({@code Gemma2Config}).
 *
 * @param decoder those that all decoders have
 * @param attentionBias whether the four attention projections have biases
 * @param windows which layers see only the last tokens, one entry a layer
 * @param queryPreAttnScalar scores are divided by its root, {@code query_pre_attn_scalar}
 * @param attnLogitSoftcapping bound of the scores, if they have one
 * @param finalLogitSoftcapping bound of the logits, if they have one
 */
public record Gemma2Config(
    DecoderConfig decoder,
    boolean attentionBias,
    LayerWindows windows,
    double queryPreAttnScalar,
    OptionalDouble attnLogitSoftcapping,
    OptionalDouble finalLogitSoftcapping) {
  private static final DecoderDefaults DEFAULTS =
      DecoderDefaults.LLAMA
          .withKeyValueHeads(4)
          .withHeadDim(256)
          .withNumbers(8192, 1e-6, 10000)
          .withGemma("hidden_activation");

  /** Checks the relations. */
  public Gemma2Config {
    DecoderKeys.checkHeads(decoder);
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
  public static Gemma2Config read(ConfigReader keys) {
    DecoderConfig.Builder decoder = DecoderKeys.read(keys, DEFAULTS);
    DecoderKeys.checkHeads(keys, decoder);
    boolean bias = keys.flag("attention_bias", false);
    int size = WindowKeys.size(keys, 4096);
    OptionalInt given = size > 0 ? OptionalInt.of(size) : OptionalInt.empty();
    LayerWindows windows =
        WindowKeys.byLayer(keys, given, decoder.layers(), layer -> layer % 2 == 0);
    double scalar = keys.positive("query_pre_attn_scalar", 256);
    OptionalDouble attention = cap(keys, "attn_logit_softcapping", 50);
    OptionalDouble logits = cap(keys, "final_logit_softcapping", 30);
    return DecoderKeys.finish(
        keys, () -> new Gemma2Config(decoder.build(), bias, windows, scalar, attention, logits));
  }

  private static OptionalDouble cap(ConfigReader keys, String key, double absent) {
    return keys.isNull(key)
        ? OptionalDouble.empty()
        : OptionalDouble.of(keys.positive(key, absent));
  }
}
