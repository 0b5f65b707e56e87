package dev.tenon.modelinterface.data;

/**
 * The order of a shuffled pass: Fisher and Yates' shuffle (Knuth, TAOCP 2, algorithm P) driven by
 * SplitMix64 (Steele, Lea and Flood, 2014). Written out, because the order is part of a run's
 * record and java.util's generators may change with the JDK. Not thread-safe.
 */
final class SeededOrder {
  private static final long GOLDEN = 0x9E3779B97F4A7C15L;

  private long state;

  private SeededOrder(long seed, long epoch) {
    state = mix(seed) ^ mix(epoch * GOLDEN + GOLDEN);
  }

  /** A permutation of 0..count−1, a function of (seed, epoch, count). */
  static int[] of(int count, long seed, long epoch) {
    SeededOrder random = new SeededOrder(seed, epoch);
    int[] order = new int[count];
    for (int i = 0; i < count; i++) {
      int j = random.below(i + 1);
      order[i] = order[j];
      order[j] = i;
    }
    return order;
  }

  /** The upper half of the product of 63 random bits and the bound. */
  private int below(int bound) {
    state += GOLDEN;
    return (int) Math.multiplyHigh(mix(state) >>> 1, 2L * bound);
  }

  private static long mix(long z) {
    z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }
}
