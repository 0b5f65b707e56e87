package dev.tenon.backend.testkit.objectives;

import dev.tenon.objective.LossFunction;
import dev.tenon.tensor.NamedArray;
import java.util.Map;

/** The twin of {@link ExampleObjectives#sft}. */
final class Sft implements LossFunction {
  @Override
  public Loss compute(NamedArray outputs, NamedArray given) {
    double[] learned = new TwinBatch(given).learned();
    double[] logprobs = outputs.get("token_logprobs").toDoubles();
    double[] gradient = new double[learned.length];
    double sum = 0;
    double weight = 0;
    for (int i = 0; i < learned.length; i++) {
      sum -= learned[i] * logprobs[i];
      weight += learned[i];
      gradient[i] = -learned[i];
    }
    return new Loss(
        sum,
        weight,
        Map.of("token_logprobs", TwinBatch.gradient(gradient, gradient.length)),
        Map.of());
  }
}
