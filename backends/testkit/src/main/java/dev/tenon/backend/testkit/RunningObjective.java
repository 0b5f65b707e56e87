package dev.tenon.backend.testkit;

import dev.tenon.error.InvalidInputException;
import dev.tenon.error.UnknownNameException;
import dev.tenon.internal.Problems;
import dev.tenon.model.OutputRequest;
import dev.tenon.objective.JavaObjective;
import dev.tenon.objective.LossFunction;
import dev.tenon.objective.Objective;
import dev.tenon.objective.TextObjective;
import dev.tenon.tensor.NamedArray;
import dev.tenon.tensor.TensorData;
import java.util.Map;
import java.util.SortedMap;
import java.util.function.Function;

/**
 * An objective as {@link FakeEngine} runs it.
 *
 * @param name for messages
 * @param outputs what it needs
 * @param function loss and gradient in plain Java
 * @param whole whether it runs once, on the whole batch
 */
record RunningObjective(String name, OutputRequest outputs, LossFunction function, boolean whole) {

  static RunningObjective of(
      Objective objective, SortedMap<String, Function<Map<String, Double>, LossFunction>> twins) {
    if (objective instanceof TextObjective text) {
      Function<Map<String, Double>, LossFunction> twin = twins.get(text.name());
      if (twin == null) {
        throw new UnknownNameException(
            Problems.problem(
                "twin of objective",
                text.name(),
                "one of "
                    + twins.keySet()
                    + "; FakeBackend runs no text, give it a twin by withTwin"));
      }
      LossFunction function = twin.apply(text.hyperParameters());
      return new RunningObjective(text.name(), text.outputs(), function, text.coupled());
    }
    JavaObjective java = (JavaObjective) objective;
    return new RunningObjective(java.name(), java.outputs(), java.function(), true);
  }

  /** Runs the function and refuses gradients that do not fit the outputs. */
  LossFunction.Loss compute(NamedArray outputs, NamedArray batch) {
    LossFunction.Loss loss = function.compute(outputs, batch);
    Problems problems = new Problems();
    loss.gradients()
        .forEach(
            (field, gradient) -> {
              TensorData output = outputs.find(field).orElse(null);
              problems.check(
                  output != null
                      && gradient.dtype() == output.dtype()
                      && gradient.shape().equals(output.shape()),
                  "gradient of objective " + name + " by " + field,
                  gradient.dtype() + " " + gradient.shape(),
                  output == null
                      ? "one of the outputs " + outputs.names()
                      : output.dtype() + " " + output.shape());
            });
    problems.throwIfAny(InvalidInputException::new);
    return loss;
  }
}
