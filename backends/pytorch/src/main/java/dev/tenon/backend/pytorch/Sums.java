package dev.tenon.backend.pytorch;

import dev.tenon.error.InvalidInputException;
import dev.tenon.internal.Problems;
import dev.tenon.model.Metrics;
import dev.tenon.objective.Objective;
import java.util.LinkedHashMap;
import java.util.Map;

/** The objective's sums over the micro-batches of one batch, in double precision. */
final class Sums {
  private final double weight;
  private final Map<String, Double> sums = new LinkedHashMap<>();

  /** Starts with the weight of the whole batch. */
  Sums(Objective objective, double weight) {
    if (!(weight > 0 && weight < Double.POSITIVE_INFINITY)) {
      throw new InvalidInputException(
          Problems.problem("weight of objective " + objective.name(), weight, "> 0 over the whole batch"));
    }
    this.weight = weight;
  }

  /** What the loss of every micro-batch is multiplied with. */
  double scale() {
    return 1 / weight;
  }

  void add(Map<String, Double> part) {
    part.forEach((name, value) -> sums.merge(name, value, Double::sum));
  }

  /** {@code loss} (Σ / weight), {@code weight}, the other sums. */
  Metrics metrics() {
    Metrics metrics =
        Metrics.empty().with("loss", sums.getOrDefault("loss", Double.NaN) / weight).with("weight", weight);
    for (Map.Entry<String, Double> sum : sums.entrySet()) {
      metrics = sum.getKey().equals("loss") ? metrics : metrics.with(sum.getKey(), sum.getValue());
    }
    return metrics;
  }
}
