package dev.tenon.internal;

/**
 * The random numbers of sampled tokens: one per (seed, sample, position, token id), so that a token
 * depends neither on the batch nor on the order in which ids are looked at. {@link #state} is made
 * once per token that is drawn; the number of an id is the (id + 1)-th of {@link SplitMix64} from
 * there, which engines compute for all ids at once. Part of a run's record, like SplitMix64 itself.
 */
public final class SamplingNoise {
  private static final double SCALE = 0x1p-52;

  private SamplingNoise() {}

  /**
   * The state for one token.
   *
   * @param seed of the run
   * @param sample number of the answer among those to its prompt
   * @param position of the token in its sequence, the prompt counted
   */
  public static long state(long seed, int sample, int position) {
    return SplitMix64.mix(SplitMix64.mix(SplitMix64.mix(seed) + sample) + position);
  }

  /** The number of an id: above 0 and below 1, uniform. */
  public static double uniform(long state, long id) {
    long bits = SplitMix64.mix(state + (id + 1) * SplitMix64.GOLDEN);
    return ((bits >>> 12) + 0.5) * SCALE;
  }
}
