package dev.tenon.nn.internal.pass;

import dev.tenon.error.InvalidInputException;
import dev.tenon.internal.Problems;
import dev.tenon.model.Metrics;
import dev.tenon.objective.Objective;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** The objective's sums over the micro-batches of one batch, in double precision. */
public final class Sums {
  /** What the engine itself reports; a statistic of such a name would be lost. */
  private static final Set<String> RESERVED =
      Set.of("weight", "grad_norm", "learning_rate", "loss_scale", "skipped", "vetoed");

  private final String objective;
  private final double weight;
  private final Map<String, Double> sums = new LinkedHashMap<>();

  /** Starts with the weight of the whole batch. */
  public Sums(Objective objective, double weight) {
    if (!(weight > 0 && weight < Double.POSITIVE_INFINITY)) {
      throw new InvalidInputException(
          Problems.problem(
              "weight of objective " + objective.name(), weight, "> 0 over the whole batch"));
    }
    this.objective = objective.name();
    this.weight = weight;
  }

  /** What the loss of every micro-batch is multiplied with. */
  public double scale() {
    return 1 / weight;
  }

  /**
   * Adds {@code loss} and other sums.
   *
   * @throws InvalidInputException for a name that the engine uses itself
   */
  public void add(Map<String, Double> part) {
    Problems problems = new Problems();
    part.keySet()
        .forEach(
            name ->
                problems.check(
                    !RESERVED.contains(name),
                    "statistic of objective " + objective,
                    name,
                    "a name other than " + new TreeSet<>(RESERVED)));
    problems.throwIfAny(InvalidInputException::new);
    part.forEach((name, value) -> sums.merge(name, value, Double::sum));
  }

  /** {@code loss} (Σ / weight), {@code weight}, the other sums. */
  public Metrics metrics() {
    Metrics metrics =
        Metrics.empty()
            .with("loss", sums.getOrDefault("loss", Double.NaN) / weight)
            .with("weight", weight);
    for (Map.Entry<String, Double> sum : sums.entrySet()) {
      metrics = sum.getKey().equals("loss") ? metrics : metrics.with(sum.getKey(), sum.getValue());
    }
    return metrics;
  }
}
