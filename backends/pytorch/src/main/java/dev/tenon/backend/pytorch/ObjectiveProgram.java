package dev.tenon.backend.pytorch;

import dev.tenon.backend.pytorch.internal.CallSettings;
import dev.tenon.backend.pytorch.internal.NativeScope;
import dev.tenon.backend.pytorch.internal.TorchBridge;
import dev.tenon.backend.pytorch.internal.TorchModule;
import dev.tenon.backend.pytorch.internal.TorchValue;
import dev.tenon.nn.script.ProgramArchives;
import dev.tenon.objective.TextObjective;
import dev.tenon.tensor.NamedArray;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** An objective's text, compiled. Serves objectives of equal text and any hyper-parameters. */
final class ObjectiveProgram implements AutoCloseable {
  private static final CallSettings PLAIN = CallSettings.noGrad(0);

  private final TorchModule module;

  ObjectiveProgram(TorchBridge bridge, TextObjective objective) {
    module = bridge.load(ProgramArchives.objective(objective));
  }

  /** The weight of a micro-batch. */
  double weight(NamedArray batch, TextObjective objective, NativeScope scope) {
    TorchValue fields = fields(batch, objective, scope);
    return number(module.call(PLAIN, scope, "weight", fields, hyperParameters(objective, scope)));
  }

  /** The summed loss and statistics of a micro-batch. */
  Map<String, Double> loss(
      TorchValue outputs, NamedArray batch, TextObjective objective, NativeScope scope) {
    TorchValue fields = fields(batch, objective, scope);
    return numbers(
        module.call(PLAIN, scope, "loss", outputs, fields, hyperParameters(objective, scope)));
  }

  /** The same and the gradient of {@code scale} times the loss with respect to the outputs. */
  Gradient gradient(
      TorchValue outputs,
      NamedArray batch,
      TextObjective objective,
      double scale,
      NativeScope scope) {
    TorchValue fields = fields(batch, objective, scope);
    TorchValue hyperParameters = hyperParameters(objective, scope);
    List<TorchValue> parts =
        module
            .call(
                CallSettings.grad(0),
                scope,
                "loss_and_grad",
                outputs,
                fields,
                hyperParameters,
                scope.real(scale))
            .elements();
    return new Gradient(numbers(parts.get(0)), parts.get(1));
  }

  private static TorchValue fields(NamedArray batch, TextObjective objective, NativeScope scope) {
    return MicroBatch.dict(scope, ObjectiveBatch.fields(batch, objective));
  }

  private static TorchValue hyperParameters(TextObjective objective, NativeScope scope) {
    return scope.realDict(objective.hyperParameters());
  }

  private static Map<String, Double> numbers(TorchValue tensors) {
    Map<String, Double> numbers = new LinkedHashMap<>();
    tensors.entries().forEach((name, tensor) -> numbers.put(name, number(tensor)));
    return numbers;
  }

  private static double number(TorchValue tensor) {
    return tensor.toTensorData().getDouble(0);
  }

  @Override
  public void close() {
    module.close();
  }

  /**
   * What one micro-batch gives.
   *
   * @param sums loss and statistics, not scaled
   * @param outputs {@code Dict[str, Tensor]}: scaled gradient by output
   */
  record Gradient(Map<String, Double> sums, TorchValue outputs) {}
}
