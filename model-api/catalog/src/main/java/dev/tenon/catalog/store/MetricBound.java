package dev.tenon.catalog.store;

import dev.tenon.error.InvalidInputException;
import dev.tenon.internal.Problems;

/**
 * A bound that a metric of a version keeps; a version without the metric keeps none.
 *
 * @param metric its name
 * @param bound finite, included
 * @param least whether the metric is at least the bound, else at most
 */
public record MetricBound(String metric, double bound, boolean least) {
  /**
   * Checks the bound.
   *
   * @throws InvalidInputException if it is not finite
   */
  public MetricBound {
    if (!Double.isFinite(bound)) {
      throw new InvalidInputException(
          Problems.problem("bound of " + metric, bound, "a finite number"));
    }
  }

  /** A metric ≥ a bound. */
  public static MetricBound atLeast(String metric, double bound) {
    return new MetricBound(metric, bound, true);
  }

  /** A metric ≤ a bound. */
  public static MetricBound atMost(String metric, double bound) {
    return new MetricBound(metric, bound, false);
  }
}
