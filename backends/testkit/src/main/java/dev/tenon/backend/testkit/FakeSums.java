package dev.tenon.backend.testkit;

import dev.tenon.error.InvalidInputException;
import dev.tenon.internal.Problems;
import dev.tenon.model.Metrics;
import dev.tenon.objective.LossFunction;
import java.util.LinkedHashMap;
import java.util.Map;

/** Loss, weight and statistics of an objective, summed over micro-batches. */
final class FakeSums {
  private final String objective;
  private final Map<String, Double> statistics = new LinkedHashMap<>();
  private double sum;
  private double weight;

  FakeSums(String objective) {
    this.objective = objective;
  }

  void add(LossFunction.Loss part) {
    sum += part.sum();
    weight += part.weight();
    part.statistics().forEach((name, value) -> statistics.merge(name, value, Double::sum));
  }

  /** {@code loss} (Σ / weight), {@code weight}, the other sums. */
  Metrics metrics() {
    if (!(weight > 0 && weight < Double.POSITIVE_INFINITY)) {
      throw new InvalidInputException(
          Problems.problem("weight of objective " + objective, weight, "> 0 over the whole batch"));
    }
    Metrics metrics = Metrics.empty().with("loss", sum / weight).with("weight", weight);
    for (Map.Entry<String, Double> each : statistics.entrySet()) {
      metrics = metrics.with(each.getKey(), each.getValue());
    }
    return metrics;
  }
}
