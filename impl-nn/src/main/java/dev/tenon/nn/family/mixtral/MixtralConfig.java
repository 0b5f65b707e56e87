package dev.tenon.nn.family.mixtral;

import dev.tenon.error.InvalidInputException;
import dev.tenon.internal.Problems;
import dev.tenon.nn.config.ConfigReader;
import dev.tenon.nn.family.decoder.DecoderConfig;
import dev.tenon.nn.family.decoder.DecoderDefaults;
import dev.tenon.nn.family.decoder.DecoderKeys;
import dev.tenon.nn.family.decoder.LayerWindows;
import dev.tenon.nn.family.decoder.WindowKeys;

/**
 * The numbers of a Mixtral network, under transformers' names ({@code MixtralConfig}).
 *
 * @param decoder those that all decoders have
 * @param windows which layers see only the last tokens, one entry a layer
 * @param numLocalExperts MLPs of a layer
 * @param numExpertsPerTok how many of them a token takes
 */
public record MixtralConfig(
    DecoderConfig decoder, LayerWindows windows, int numLocalExperts, int numExpertsPerTok) {
  private static final int MAX_EXPERTS = 1 << 12;

  private static final DecoderDefaults DEFAULTS =
      DecoderDefaults.LLAMA.withKeyValueHeads(8).withNumbers(4096 * 32, 1e-5, 1e6);

  /** Checks the relations. */
  public MixtralConfig {
    DecoderKeys.checkWindows(decoder, windows);
    Problems problems = new Problems();
    problems.check(
        numLocalExperts > 0 && numLocalExperts <= MAX_EXPERTS,
        "num_local_experts",
        numLocalExperts,
        "1 to " + MAX_EXPERTS);
    problems.check(
        numExpertsPerTok > 0 && numExpertsPerTok <= numLocalExperts,
        "num_experts_per_tok",
        numExpertsPerTok,
        "1 to num_local_experts " + numLocalExperts);
    problems.throwIfAny(InvalidInputException::new);
  }

  /**
   * Reads config.json, in the spelling of transformers 4 or 5.
   *
   * @throws dev.tenon.error.UnsupportedFeatureException for keys that ask for what the program does
   *     not do
   * @throws dev.tenon.error.CheckpointException for missing or wrong keys, all of them in one
   *     message
   */
  public static MixtralConfig read(ConfigReader keys) {
    DecoderConfig.Builder decoder = DecoderKeys.read(keys, DEFAULTS);
    int size = WindowKeys.size(keys, 0);
    LayerWindows windows = WindowKeys.everywhere(keys, size, decoder.layers());
    int experts = keys.integer(keys.first("num_local_experts", "num_experts"), 1, MAX_EXPERTS, 8);
    int taken = keys.integer("num_experts_per_tok", 1, MAX_EXPERTS, 2);
    if (keys.notNegative("router_jitter_noise", 0) > 0) {
      keys.unsupported("router_jitter_noise", "0");
    }
    return DecoderKeys.finish(
        keys, () -> new MixtralConfig(decoder.build(), windows, experts, taken));
  }
}
