package dev.tenon.nn.internal;

import dev.tenon.internal.Problems;

/** Checks that the families' configurations share, and the largest sizes they take. */
public final class Sizes {
  /** Of a vocabulary, a hidden vector, an MLP, a number of heads. */
  public static final int MAX_SIZE = 1 << 24;

  /** Of a number of blocks. */
  public static final int MAX_LAYERS = 4096;

  private Sizes() {}

  /** Notes a size that is not from 1 to {@code most}. */
  public static void check(Problems problems, String key, int value, int most) {
    problems.check(value > 0 && value <= most, key, value, "an integer from 1 to " + most);
  }

  /** Notes a part that does not divide the whole. */
  public static void checkDivisor(
      Problems problems, String key, int part, String wholeKey, int whole) {
    problems.check(
        part > 0 && whole % part == 0, key, part, "a divisor of " + wholeKey + " " + whole);
  }

  /** Notes a number that is not finite and above 0. */
  public static void checkPositive(Problems problems, String key, double value) {
    problems.check(value > 0 && Double.isFinite(value), key, value, "finite, > 0");
  }

  /** Notes a probability that is not from 0 to below 1. */
  public static void checkProbability(Problems problems, String key, double value) {
    problems.check(value >= 0 && value < 1, key, value, "0 <= p < 1");
  }
}
