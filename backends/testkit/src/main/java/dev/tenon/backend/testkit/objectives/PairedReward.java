package dev.tenon.backend.testkit.objectives;

import dev.tenon.objective.LossFunction;
import dev.tenon.tensor.NamedArray;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.DoubleUnaryOperator;

/**
 * The twin of {@link ExampleObjectives#pairedReward} and {@link ExampleObjectives#hinge}: a
 * function of the difference of a pair's scores.
 *
 * @param loss of the difference
 * @param slope its derivative
 */
record PairedReward(DoubleUnaryOperator loss, DoubleUnaryOperator slope) implements LossFunction {
  static PairedReward logistic(Map<String, Double> hyperParameters) {
    double margin = TwinBatch.hyperParameter(hyperParameters, "margin");
    return new PairedReward(
        d -> -TwinBatch.logSigmoid(d - margin), d -> -TwinBatch.sigmoid(margin - d));
  }

  static PairedReward hinge(Map<String, Double> hyperParameters) {
    double margin = TwinBatch.hyperParameter(hyperParameters, "margin");
    return new PairedReward(d -> Math.max(0, margin - d), d -> d < margin ? -1 : 0);
  }

  @Override
  public Loss compute(NamedArray outputs, NamedArray given) {
    int pairs = new TwinBatch(given).pairs();
    double[] scores = outputs.get("scores").toDoubles(); // [2 * pairs]
    double[] gradient = new double[scores.length];
    double sum = 0;
    double correct = 0;
    double distance = 0;
    for (int i = 0; i < pairs; i++) {
      double d = scores[2 * i] - scores[2 * i + 1];
      sum += loss.applyAsDouble(d);
      gradient[2 * i] = slope.applyAsDouble(d);
      gradient[2 * i + 1] = -gradient[2 * i];
      correct += d > 0 ? 1 : 0;
      distance += d;
    }
    Map<String, Double> statistics = new LinkedHashMap<>();
    statistics.put("correct", correct);
    statistics.put("distance", distance);
    return new Loss(
        sum, pairs, Map.of("scores", TwinBatch.gradient(gradient, gradient.length)), statistics);
  }
}
