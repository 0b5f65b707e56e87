package dev.tenon.backend.pytorch.internal.engine;

import dev.tenon.backend.pytorch.internal.NativeScope;
import dev.tenon.backend.pytorch.internal.TorchBridge;
import dev.tenon.backend.pytorch.internal.TorchValue;
import dev.tenon.model.Metrics;
import dev.tenon.nn.internal.pass.Sums;
import dev.tenon.objective.TextObjective;
import dev.tenon.tensor.NamedArray;
import java.util.List;

/** A text whose loss is the sum of the losses of micro-batches. */
final class SeparateLoss implements BatchLoss {
  private final TorchBridge bridge;
  private final ObjectiveProgram program;
  private final TextObjective objective;
  private final Sums sums;

  SeparateLoss(
      TorchBridge bridge,
      ObjectiveProgram program,
      TextObjective objective,
      List<NamedArray> parts) {
    this.bridge = bridge;
    this.program = program;
    this.objective = objective;
    this.sums = new Sums(objective, weight(parts));
  }

  private double weight(List<NamedArray> parts) {
    double weight = 0;
    for (NamedArray part : parts) {
      try (NativeScope scope = bridge.scope("weight")) {
        weight += program.weight(part, objective, scope);
      }
    }
    return weight;
  }

  @Override
  public boolean complete() {
    return false;
  }

  @Override
  public void add(NamedArray part, TorchValue outputs, NativeScope scope) {
    sums.add(program.loss(outputs, part, objective, scope));
  }

  @Override
  public TorchValue gradient(
      NamedArray part, TorchValue outputs, double factor, NativeScope scope) {
    ObjectiveProgram.Gradient gradient =
        program.gradient(outputs, part, objective, sums.scale() * factor, scope);
    sums.add(gradient.sums());
    return gradient.outputs();
  }

  @Override
  public Metrics metrics() {
    return sums.metrics();
  }

  @Override
  public boolean veto() {
    return new TextLoss(bridge, program, objective).veto(metrics().asMap());
  }
}
