package dev.tenon.benchmarks;

import java.util.List;

/** Medians and their intervals. */
final class Statistics {
  private Statistics() {}

  static double median(List<Double> values) {
    List<Double> sorted = values.stream().sorted().toList();
    int half = sorted.size() / 2;
    return sorted.size() % 2 == 1
        ? sorted.get(half)
        : (sorted.get(half - 1) + sorted.get(half)) / 2;
  }

  /** Four digits behind the point are more than any clock here gives. */
  static double round(double value) {
    return Math.round(value * 1e4) / 1e4;
  }

  /**
   * A median with the narrowest pair of order statistics that holds the true one with at least 90
   * %: x(k) to x(n+1−k), whose coverage is 1 − 2 P(Binomial(n, ½) &lt; k). Needs no assumption
   * about the distribution.
   *
   * @param median of the sample
   * @param low lower end
   * @param high upper end
   * @param coverage of the interval; below 0.9 only where n &lt; 5
   */
  record Interval(double median, double low, double high, double coverage) {
    static Interval of(List<Double> values) {
      List<Double> sorted = values.stream().sorted().toList();
      int n = sorted.size();
      int k = 1;
      while (2 * (k + 1) <= n && coverage(n, k + 1) >= .9) {
        k++;
      }
      return new Interval(
          Statistics.median(values), sorted.get(k - 1), sorted.get(n - k), coverage(n, k));
    }

    private static double coverage(int n, int k) {
      double term = Math.pow(.5, n); // P(Binomial(n, ½) = 0)
      double below = 0;
      for (int i = 0; i < k; i++) {
        below += term;
        term = term * (n - i) / (i + 1);
      }
      return 1 - 2 * below;
    }
  }
}
