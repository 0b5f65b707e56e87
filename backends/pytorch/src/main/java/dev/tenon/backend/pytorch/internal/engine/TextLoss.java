package dev.tenon.backend.pytorch.internal.engine;

import dev.tenon.backend.pytorch.internal.NativeScope;
import dev.tenon.backend.pytorch.internal.TorchBridge;
import dev.tenon.backend.pytorch.internal.TorchValue;
import dev.tenon.objective.LossFunction;
import dev.tenon.objective.TextObjective;
import dev.tenon.tensor.NamedArray;
import dev.tenon.tensor.TensorData;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;

/** A text that runs once on host outputs of a whole batch, as an objective in Java does. */
record TextLoss(TorchBridge bridge, ObjectiveProgram program, TextObjective objective)
    implements LossFunction {
  @Override
  public Loss compute(NamedArray outputs, NamedArray batch) {
    try (NativeScope scope = bridge.scope("objective")) {
      double weight = program.weight(batch, objective, scope);
      TorchValue tensors = MicroBatch.dict(scope, outputs.flatten());
      ObjectiveProgram.Gradient gradient = program.gradient(tensors, batch, objective, 1, scope);
      Map<String, TensorData> gradients = new LinkedHashMap<>();
      gradient.outputs().entries().forEach((name, x) -> gradients.put(name, x.toTensorData()));
      Map<String, Double> statistics = new LinkedHashMap<>(gradient.sums());
      double sum = Objects.requireNonNull(statistics.remove("loss"));
      return new Loss(sum, weight, gradients, statistics);
    }
  }

  @Override
  public boolean veto(Map<String, Double> statistics) {
    if (!objective.hasVeto()) {
      return false;
    }
    try (NativeScope scope = bridge.scope("veto")) {
      return program.veto(statistics, objective, scope);
    }
  }
}
