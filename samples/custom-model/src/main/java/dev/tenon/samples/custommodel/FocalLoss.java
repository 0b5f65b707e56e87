package dev.tenon.samples.custommodel;

import dev.tenon.model.Output;
import dev.tenon.model.OutputRequest;
import dev.tenon.objective.JavaObjective;
import dev.tenon.objective.LossFunction;
import dev.tenon.objective.Objective;
import dev.tenon.tensor.NamedArray;
import dev.tenon.tensor.TensorData;
import java.util.Map;

/**
 * Focal loss (Lin et al. 2017, "Focal Loss for Dense Object Detection") with gamma = 1, over every
 * token but the first: Σ −(1 − p) log p. Tokens that the model predicts well count little.
 */
final class FocalLoss implements LossFunction {
  private static final String LOGPROBS = "token_logprobs";

  static Objective objective() {
    return new JavaObjective("focal", OutputRequest.of(Output.TOKEN_LOGPROBS), new FocalLoss());
  }

  @Override
  public Loss compute(NamedArray outputs, NamedArray batch) {
    float[] logprobs = outputs.get(LOGPROBS).toFloats(); // [N - S]
    float[] gradient = new float[logprobs.length];
    double sum = 0;
    double nats = 0;
    for (int i = 0; i < logprobs.length; i++) {
      double p = Math.exp(logprobs[i]);
      sum -= (1 - p) * logprobs[i];
      gradient[i] = (float) (p * logprobs[i] - (1 - p)); // d/dl of −(1 − e^l) l
      nats -= logprobs[i];
    }
    TensorData gradients = TensorData.ofFloats(gradient, gradient.length);
    return new Loss(sum, logprobs.length, Map.of(LOGPROBS, gradients), Map.of("nats", nats));
  }
}
