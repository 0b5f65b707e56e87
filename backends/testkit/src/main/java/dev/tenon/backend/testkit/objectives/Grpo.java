package dev.tenon.backend.testkit.objectives;

import dev.tenon.objective.LossFunction;
import dev.tenon.tensor.NamedArray;
import java.util.Map;

/** The twin of {@link ExampleObjectives#grpo}. */
record Grpo(Map<String, Double> hyperParameters) implements LossFunction {
  @Override
  public Loss compute(NamedArray outputs, NamedArray given) {
    TwinBatch batch = new TwinBatch(given);
    double low = 1 - TwinBatch.hyperParameter(hyperParameters, "clip_low");
    double high = 1 + TwinBatch.hyperParameter(hyperParameters, "clip_high");
    double beta = TwinBatch.hyperParameter(hyperParameters, "beta");
    double[] learned = batch.learned();
    double[] logprobs = outputs.get("token_logprobs").toDoubles();
    double[] old = batch.doubles("old_logprobs");
    double[] reference = batch.doubles("ref_logprobs");
    double[] advantages = batch.doubles("advantages");
    int[] sequence = batch.index("next_token_sequence");
    double[] tokens = new double[batch.items().sequences()];
    for (int i = 0; i < learned.length; i++) {
      tokens[sequence[i]] += learned[i];
    }
    double[] gradient = new double[learned.length];
    double sum = 0;
    double kl = 0;
    for (int i = 0; i < learned.length; i++) {
      double share = learned[i] / Math.max(1, tokens[sequence[i]]);
      double ratio = Math.exp(logprobs[i] - old[i]);
      double free = ratio * advantages[i];
      double clipped = Math.min(Math.max(ratio, low), high) * advantages[i];
      double away = reference[i] - logprobs[i];
      double k3 = Math.exp(away) - away - 1;
      sum += share * (-Math.min(free, clipped) + beta * k3);
      gradient[i] = share * ((free <= clipped ? -free : 0) + beta * (1 - Math.exp(away)));
      kl += share * k3;
    }
    return new Loss(
        sum,
        tokens.length,
        Map.of("token_logprobs", TwinBatch.gradient(gradient, gradient.length)),
        Map.of("kl", kl));
  }
}
