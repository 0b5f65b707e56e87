package dev.tenon.objective;

import dev.tenon.tensor.NamedArray;
import dev.tenon.tensor.TensorData;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A loss in plain Java, with its gradient. It must not keep what it is given; an engine calls it on
 * the thread that called the engine.
 */
@FunctionalInterface
public interface LossFunction {
  /**
   * Loss and gradient of a whole batch.
   *
   * @param outputs the batch's items with one F32 field per requested output, under the output's
   *     field name
   * @param batch what the engine was given
   */
  Loss compute(NamedArray outputs, NamedArray batch);

  /**
   * Whether the update is to be skipped.
   *
   * @param statistics {@code loss} (Σ / weight), {@code weight}, and the other sums
   */
  default boolean veto(Map<String, Double> statistics) {
    return false;
  }

  /**
   * What a loss function returns.
   *
   * @param sum the loss, summed and not divided by the weight
   * @param weight what the engine divides by; over a whole batch &gt; 0
   * @param gradients of {@code sum} with respect to outputs, F32 and of the output's shape, by
   *     field name; an absent output has gradient 0
   * @param statistics other sums
   */
  record Loss(
      double sum,
      double weight,
      Map<String, TensorData> gradients,
      Map<String, Double> statistics) {
    /** Copies. */
    public Loss {
      gradients = Map.copyOf(gradients);
      statistics = Collections.unmodifiableMap(new LinkedHashMap<>(statistics));
    }
  }
}
