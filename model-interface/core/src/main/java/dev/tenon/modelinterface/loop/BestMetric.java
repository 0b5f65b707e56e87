package dev.tenon.modelinterface.loop;

import dev.tenon.error.InvalidInputException;
import dev.tenon.internal.Problems;
import dev.tenon.model.Metrics;

/**
 * By which number of an evaluation a run is judged.
 *
 * @param name a metric that the algorithm's {@code evaluate} returns (HuggingFace: {@code
 *     metric_for_best_model})
 * @param greaterIsBetter whether to look for the highest, not the lowest (HuggingFace: {@code
 *     greater_is_better})
 */
public record BestMetric(String name, boolean greaterIsBetter) {
  /** The lower, the better, as a loss. */
  public static BestMetric lowest(String name) {
    return new BestMetric(name, false);
  }

  /** The higher, the better, as an accuracy. */
  public static BestMetric highest(String name) {
    return new BestMetric(name, true);
  }

  /** The metric's value in an evaluation. */
  double of(Metrics evaluation) {
    return evaluation
        .find(name)
        .orElseThrow(
            () ->
                new InvalidInputException(
                    Problems.problem(
                        "metric for the best model",
                        name,
                        "one of an evaluation's " + evaluation.asMap().keySet())));
  }

  /** By how much a value is better than another; NaN if one is. */
  double gain(double value, double before) {
    return greaterIsBetter ? value - before : before - value;
  }
}
