package dev.tenon.nn.internal.pass;

import dev.tenon.error.InvalidInputException;
import dev.tenon.internal.Problems;
import dev.tenon.objective.LossFunction;
import dev.tenon.objective.LossFunction.Loss;
import dev.tenon.objective.Objective;
import dev.tenon.tensor.DType;
import dev.tenon.tensor.NamedArray;
import dev.tenon.tensor.TensorData;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * A loss that was computed once, on the outputs of the whole batch; each micro-batch takes its
 * slice of the gradient.
 *
 * @param sums loss and statistics
 * @param gradients of the sum, one field per output
 */
public record JointGradients(Sums sums, NamedArray gradients) {
  /**
   * Computes the loss.
   *
   * @param outputs of the batch's items, in their order
   * @throws InvalidInputException with everything that is wrong with what the function returned
   */
  public static JointGradients of(
      Objective objective, LossFunction function, NamedArray outputs, NamedArray batch) {
    Loss loss =
        Optional.ofNullable(function.compute(outputs, batch)).orElseThrow(() -> none(objective));
    check(objective, outputs, loss);
    Sums sums = new Sums(objective, loss.weight());
    Map<String, Double> statistics = new LinkedHashMap<>(loss.statistics());
    statistics.put("loss", loss.sum());
    sums.add(statistics);
    NamedArray gradients =
        outputs.map(
            (name, output) -> {
              TensorData gradient = loss.gradients().get(name);
              return gradient == null
                  ? TensorData.zeros(DType.F32, output.shape().toArray())
                  : gradient;
            });
    return new JointGradients(sums, gradients);
  }

  private static InvalidInputException none(Objective objective) {
    return new InvalidInputException(
        Problems.problem("result of objective " + objective.name(), "null", "a LossFunction.Loss"));
  }

  private static void check(Objective objective, NamedArray outputs, Loss loss) {
    Problems problems = new Problems();
    String what = " of objective " + objective.name();
    problems.check(
        !loss.statistics().containsKey("loss"), "statistics" + what, "loss", "other names");
    loss.gradients()
        .forEach(
            (name, gradient) -> {
              if (!outputs.has(name)) {
                problems.add("gradient" + what, name, "one of " + outputs.names());
                return;
              }
              problems.check(
                  gradient.dtype() == DType.F32
                      && gradient.shape().equals(outputs.get(name).shape()),
                  "gradient " + name + what,
                  gradient.dtype() + " " + gradient.shape(),
                  "F32 " + outputs.get(name).shape());
            });
    problems.throwIfAny(InvalidInputException::new);
  }

  /**
   * The gradient of Σ / weight with respect to the outputs of a micro-batch, by output.
   *
   * @param factor what the gradient is multiplied with
   */
  public Map<String, TensorData> of(NamedArray part, double factor) {
    NamedArray own = gradients.select(gradients.items().indexesOf(part.items().ids()));
    float scale = (float) (sums.scale() * factor);
    return own.map(x -> scaled(x, scale)).flatten();
  }

  private static TensorData scaled(TensorData gradient, float scale) {
    float[] values = gradient.toFloats();
    for (int i = 0; i < values.length; i++) {
      values[i] *= scale;
    }
    return TensorData.ofFloats(values, gradient.shape().toArray());
  }
}
