package dev.tenon.modelinterface.data;

import dev.tenon.internal.SplitMix64;

/**
 * The order of a shuffled pass: Fisher and Yates' shuffle (Knuth, TAOCP 2, algorithm P) driven by
 * {@link SplitMix64}. The order is part of a run's record.
 */
final class SeededOrder {
  private SeededOrder() {}

  /** A permutation of 0..count−1, a function of (seed, epoch, count). */
  static int[] of(int count, long seed, long epoch) {
    long start = SplitMix64.mix(epoch * SplitMix64.GOLDEN + SplitMix64.GOLDEN);
    SplitMix64 random = new SplitMix64(SplitMix64.mix(seed) ^ start);
    int[] order = new int[count];
    for (int i = 0; i < count; i++) {
      int j = below(i + 1, random);
      order[i] = order[j];
      order[j] = i;
    }
    return order;
  }

  /** The upper half of the product of 63 random bits and the bound. */
  private static int below(int bound, SplitMix64 random) {
    return (int) Math.multiplyHigh(random.next() >>> 1, 2L * bound);
  }
}
