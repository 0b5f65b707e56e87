package dev.tenon.backend.testkit.objectives;

import dev.tenon.objective.LossFunction;
import dev.tenon.tensor.NamedArray;
import java.util.LinkedHashMap;
import java.util.Map;

/** The twin of {@link ExampleObjectives#dpo}. */
record Dpo(Map<String, Double> hyperParameters) implements LossFunction {
  @Override
  public Loss compute(NamedArray outputs, NamedArray given) {
    TwinBatch batch = new TwinBatch(given);
    double beta = TwinBatch.hyperParameter(hyperParameters, "beta");
    double[] learned = batch.learned();
    double[] logprobs = outputs.get("token_logprobs").toDoubles();
    double[] reference = batch.doubles("ref_logprobs");
    int[] sequence = batch.index("next_token_sequence");
    int pairs = batch.pairs();
    double[] ratios = new double[2 * pairs];
    for (int i = 0; i < learned.length; i++) {
      ratios[sequence[i]] += learned[i] * (logprobs[i] - reference[i]);
    }
    double sum = 0;
    double[] slopes = new double[2 * pairs];
    Map<String, Double> statistics = new LinkedHashMap<>();
    for (int p = 0; p < pairs; p++) {
      double d = ratios[2 * p] - ratios[2 * p + 1];
      sum -= TwinBatch.logSigmoid(beta * d);
      slopes[2 * p] = -beta * TwinBatch.sigmoid(-beta * d);
      slopes[2 * p + 1] = -slopes[2 * p];
      statistics.merge("correct", d > 0 ? 1.0 : 0.0, Double::sum);
      statistics.merge("chosen_rewards", beta * ratios[2 * p], Double::sum);
      statistics.merge("rejected_rewards", beta * ratios[2 * p + 1], Double::sum);
    }
    double[] gradient = new double[learned.length];
    for (int i = 0; i < gradient.length; i++) {
      gradient[i] = learned[i] * slopes[sequence[i]];
    }
    return new Loss(
        sum,
        pairs,
        Map.of("token_logprobs", TwinBatch.gradient(gradient, gradient.length)),
        statistics);
  }
}
