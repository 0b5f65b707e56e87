package dev.tenon.backend.pytorch;

import dev.tenon.backend.pytorch.internal.NativeScope;
import dev.tenon.backend.pytorch.internal.TorchValue;
import dev.tenon.error.InvalidInputException;
import dev.tenon.internal.Problems;
import dev.tenon.model.Metrics;
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
 * slice of the gradient. Outputs and gradients lie on the host meanwhile.
 */
final class JointLoss implements BatchLoss {
  private final LossFunction function;
  private final Sums sums;
  private final NamedArray gradients; // of the sum, one field per output

  private JointLoss(LossFunction function, Sums sums, NamedArray gradients) {
    this.function = function;
    this.sums = sums;
    this.gradients = gradients;
  }

  /**
   * Computes the loss.
   *
   * @param outputs of the batch's items, in their order
   * @throws InvalidInputException with everything that is wrong with what the function returned
   */
  static JointLoss of(
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
    return new JointLoss(function, sums, gradients);
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

  @Override
  public boolean complete() {
    return true;
  }

  @Override
  public void add(NamedArray part, TorchValue outputs, NativeScope scope) {
    // Its statistics are in the whole batch's.
  }

  @Override
  public TorchValue gradient(
      NamedArray part, TorchValue outputs, double factor, NativeScope scope) {
    NamedArray own = gradients.select(gradients.items().indexesOf(part.items().ids()));
    float scale = (float) (sums.scale() * factor);
    return MicroBatch.dict(scope, own.map(x -> scaled(x, scale)).flatten());
  }

  private static TensorData scaled(TensorData gradient, float scale) {
    float[] values = gradient.toFloats();
    for (int i = 0; i < values.length; i++) {
      values[i] *= scale;
    }
    return TensorData.ofFloats(values, gradient.shape().toArray());
  }

  @Override
  public Metrics metrics() {
    return sums.metrics();
  }

  @Override
  public boolean veto() {
    return function.veto(metrics().asMap());
  }
}
