package dev.tenon.backend.pytorch.internal.engine;

import dev.tenon.backend.pytorch.internal.CallSettings;
import dev.tenon.backend.pytorch.internal.NativeScope;
import dev.tenon.backend.pytorch.internal.ScriptCompileException;
import dev.tenon.backend.pytorch.internal.TorchBridge;
import dev.tenon.backend.pytorch.internal.TorchException;
import dev.tenon.backend.pytorch.internal.TorchModule;
import dev.tenon.backend.pytorch.internal.TorchValue;
import dev.tenon.error.InvalidInputException;
import dev.tenon.internal.Problems;
import dev.tenon.nn.internal.pass.ObjectiveBatch;
import dev.tenon.nn.script.ProgramArchives;
import dev.tenon.objective.TextObjective;
import dev.tenon.tensor.DType;
import dev.tenon.tensor.NamedArray;
import dev.tenon.tensor.TensorData;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * An objective's text, compiled. Serves objectives of equal text and any hyper-parameters. What the
 * text does wrong is an {@link InvalidInputException} that names objective and line.
 */
final class ObjectiveProgram implements AutoCloseable {
  private static final CallSettings PLAIN = CallSettings.noGrad(0);
  private static final Set<DType> FLOATS = Set.of(DType.F64, DType.F32, DType.F16, DType.BF16);

  private final TorchModule module;

  ObjectiveProgram(TorchBridge bridge, TextObjective objective) {
    try {
      module = bridge.load(ProgramArchives.objective(objective));
    } catch (ScriptCompileException e) {
      throw ObjectiveErrors.compile(objective, e);
    }
  }

  /** The weight of a micro-batch. */
  double weight(NamedArray batch, TextObjective objective, NativeScope scope) {
    TorchValue weight =
        call(
            PLAIN,
            objective,
            scope,
            "weight",
            fields(batch, objective, scope),
            hp(objective, scope));
    Problems problems = new Problems();
    checkScalar(problems, "weight of objective " + objective.name(), weight);
    problems.throwIfAny(InvalidInputException::new);
    return number(weight);
  }

  /** The summed loss and statistics of a micro-batch. */
  Map<String, Double> loss(
      TorchValue outputs, NamedArray batch, TextObjective objective, NativeScope scope) {
    TorchValue fields = fields(batch, objective, scope);
    return numbers(
        objective, call(PLAIN, objective, scope, "loss", outputs, fields, hp(objective, scope)));
  }

  /** The same and the gradient of {@code scale} times the loss with respect to the outputs. */
  Gradient gradient(
      TorchValue outputs,
      NamedArray batch,
      TextObjective objective,
      double scale,
      NativeScope scope) {
    List<TorchValue> parts =
        call(
                CallSettings.grad(0),
                objective,
                scope,
                "loss_and_grad",
                outputs,
                fields(batch, objective, scope),
                hp(objective, scope),
                scope.real(scale))
            .elements();
    return new Gradient(numbers(objective, parts.get(0)), parts.get(1));
  }

  /** Whether the update is to be skipped, given statistics of the whole batch. */
  boolean veto(Map<String, Double> statistics, TextObjective objective, NativeScope scope) {
    Map<String, TensorData> tensors = new LinkedHashMap<>();
    statistics.forEach(
        (name, value) -> tensors.put(name, TensorData.ofDoubles(new double[] {value})));
    TorchValue scalars = MicroBatch.dict(scope, tensors);
    TorchValue veto = call(PLAIN, objective, scope, "veto", scalars, hp(objective, scope));
    if (!veto.isBoolean()) {
      throw new InvalidInputException(
          Problems.problem("veto of objective " + objective.name(), veto.typeName(), "bool"));
    }
    return veto.toBoolean();
  }

  private TorchValue call(
      CallSettings settings,
      TextObjective objective,
      NativeScope scope,
      String method,
      TorchValue... arguments) {
    try {
      return module.call(settings, scope, method, arguments);
    } catch (TorchException e) {
      throw ObjectiveErrors.run(objective, method.equals("loss_and_grad") ? "loss" : method, e);
    }
  }

  private static TorchValue fields(NamedArray batch, TextObjective objective, NativeScope scope) {
    return MicroBatch.dict(scope, ObjectiveBatch.fields(batch, objective));
  }

  private static TorchValue hp(TextObjective objective, NativeScope scope) {
    return scope.realDict(objective.hyperParameters());
  }

  private static Map<String, Double> numbers(TextObjective objective, TorchValue tensors) {
    Map<String, TorchValue> entries = tensors.entries();
    Problems problems = new Problems();
    String what = " of objective " + objective.name();
    TorchValue loss = entries.get("loss");
    if (loss == null) {
      problems.add("result of loss" + what, entries.keySet(), "\"loss\" among its keys");
    } else {
      problems.check(FLOATS.contains(loss.dtype()), "loss" + what, loss.dtype(), "a float type");
    }
    entries.forEach((name, tensor) -> checkScalar(problems, name + what, tensor));
    problems.throwIfAny(InvalidInputException::new);
    Map<String, Double> numbers = new LinkedHashMap<>();
    entries.forEach((name, tensor) -> numbers.put(name, number(tensor)));
    return numbers;
  }

  private static void checkScalar(Problems problems, String what, TorchValue tensor) {
    problems.check(
        tensor.shape().rank() == 0, what, "shape " + tensor.shape(), "a scalar, shape []");
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
