package dev.tenon.backend.testkit.objectives;

import dev.tenon.objective.LossFunction;
import dev.tenon.tensor.NamedArray;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;

/** The twin of {@link ExampleObjectives#ppo}. */
record Ppo(Map<String, Double> hyperParameters) implements LossFunction {
  @Override
  public Loss compute(NamedArray outputs, NamedArray given) {
    TwinBatch batch = new TwinBatch(given);
    double clip = TwinBatch.hyperParameter(hyperParameters, "clip");
    double dualClip = TwinBatch.hyperParameter(hyperParameters, "dual_clip");
    double[] learned = batch.learned();
    double[] logprobs = outputs.get("token_logprobs").toDoubles();
    double[] old = batch.doubles("old_logprobs");
    double[] advantages = batch.doubles("advantages");
    double[] gradient = new double[learned.length];
    double sum = 0;
    double weight = 0;
    Map<String, Double> statistics = new LinkedHashMap<>();
    for (int i = 0; i < learned.length; i++) {
      double ratio = Math.exp(logprobs[i] - old[i]);
      double a = advantages[i];
      double free = -a * ratio;
      double clipped = -a * Math.min(Math.max(ratio, 1 - clip), 1 + clip);
      double loss = Math.max(free, clipped);
      double bound = a < 0 ? -a * dualClip : Double.POSITIVE_INFINITY;
      sum += learned[i] * Math.min(loss, bound);
      // Where both are equal the ratio is not clipped, and the free loss carries the gradient.
      gradient[i] = free >= clipped && loss <= bound ? learned[i] * free : 0;
      weight += learned[i];
      statistics.merge("ratio", learned[i] * ratio, Double::sum);
      statistics.merge("kl", learned[i] * (logprobs[i] - old[i]), Double::sum);
      statistics.merge("clipped", free < clipped ? learned[i] : 0, Double::sum);
    }
    return new Loss(
        sum,
        weight,
        Map.of("token_logprobs", TwinBatch.gradient(gradient, gradient.length)),
        statistics);
  }

  @Override
  public boolean veto(Map<String, Double> statistics) {
    double weight = Objects.requireNonNull(statistics.get("weight"));
    double kl = Objects.requireNonNull(statistics.get("kl")) / weight;
    double ratio = Objects.requireNonNull(statistics.get("ratio")) / weight;
    return kl > TwinBatch.hyperParameter(hyperParameters, "stop_kl")
        || ratio > TwinBatch.hyperParameter(hyperParameters, "stop_ratio");
  }
}
