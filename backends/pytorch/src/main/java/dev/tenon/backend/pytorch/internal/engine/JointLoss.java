package dev.tenon.backend.pytorch.internal.engine;

import dev.tenon.backend.pytorch.internal.NativeScope;
import dev.tenon.backend.pytorch.internal.TorchValue;
import dev.tenon.model.Metrics;
import dev.tenon.nn.internal.pass.JointGradients;
import dev.tenon.objective.LossFunction;
import dev.tenon.objective.Objective;
import dev.tenon.tensor.NamedArray;

/**
 * A loss that was computed once, on the outputs of the whole batch. Outputs and gradients lie on
 * the host meanwhile.
 */
final class JointLoss implements BatchLoss {
  private final LossFunction function;
  private final JointGradients joint;

  /** Computes the loss; parameters and errors are those of {@link JointGradients#of}. */
  JointLoss(Objective objective, LossFunction function, NamedArray outputs, NamedArray batch) {
    this.function = function;
    joint = JointGradients.of(objective, function, outputs, batch);
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
    return MicroBatch.dict(scope, joint.of(part, factor));
  }

  @Override
  public Metrics metrics() {
    return joint.sums().metrics();
  }

  @Override
  public boolean veto() {
    return function.veto(metrics().asMap());
  }
}
