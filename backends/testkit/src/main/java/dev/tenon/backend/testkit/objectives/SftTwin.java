package dev.tenon.backend.testkit.objectives;

import dev.tenon.objective.BatchIndexes;
import dev.tenon.objective.LossFunction;
import dev.tenon.tensor.NamedArray;
import dev.tenon.tensor.TensorData;
import java.util.Map;
import java.util.Objects;

/**
 * Supervised fine-tuning in plain Java: -Σ log p over the tokens of {@code loss_mask} (BOOL,
 * token), weight their number.
 */
public final class SftTwin implements LossFunction {
  @Override
  public Loss compute(NamedArray outputs, NamedArray batch) {
    TensorData logprobs = outputs.get("token_logprobs");
    TensorData mask = batch.get("loss_mask");
    long[] targets =
        Objects.requireNonNull(BatchIndexes.of(batch.items()).get("target_index")).toLongs();
    float[] gradient = new float[targets.length];
    double sum = 0;
    double weight = 0;
    for (int i = 0; i < targets.length; i++) {
      if (mask.getBoolean(targets[i])) {
        sum -= logprobs.getDouble(i);
        gradient[i] = -1;
        weight++;
      }
    }
    TensorData byLogprobs = TensorData.ofFloats(gradient, gradient.length);
    return new Loss(sum, weight, Map.of("token_logprobs", byLogprobs), Map.of());
  }
}
