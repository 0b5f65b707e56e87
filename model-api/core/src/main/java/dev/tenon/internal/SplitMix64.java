package dev.tenon.internal;

/**
 * SplitMix64 (Steele, Lea and Flood, "Fast splittable pseudorandom number generators", 2014).
 * Written out, because what it gives is part of a run's record and java.util's generators may
 * change with the JDK. Not thread-safe.
 */
public final class SplitMix64 {
  /** What the state moves by: 2^64 over the golden ratio. */
  public static final long GOLDEN = 0x9e3779b97f4a7c15L;

  private long state;

  /** A generator whose first number is {@code mix(state + GOLDEN)}. */
  public SplitMix64(long state) {
    this.state = state;
  }

  /** The next 64 random bits. */
  public long next() {
    state += GOLDEN;
    return mix(state);
  }

  /** The output function: a bijection that scatters neighbouring numbers. */
  public static long mix(long z) {
    long y = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
    y = (y ^ (y >>> 27)) * 0x94d049bb133111ebL;
    return y ^ (y >>> 31);
  }
}
