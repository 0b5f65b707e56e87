package dev.tenon.modelinterface;

import dev.tenon.error.InvalidInputException;
import dev.tenon.error.UnsupportedFeatureException;
import dev.tenon.internal.Problems;
import dev.tenon.model.Metrics;
import dev.tenon.model.Model;
import dev.tenon.tensor.NamedArray;
import java.nio.file.Path;
import java.util.Map;

/**
 * One algorithm with its hyper-parameters; the model is passed in. An algorithm offers the verbs
 * that make sense for it and leaves the others at their defaults.
 *
 * <p>Every verb throws {@link dev.tenon.error.InvalidInputException} for a wrong model or batch,
 * and what the engine throws. Thread contract: one call at a time per model; an interface without
 * state of its own may serve several models at once, one with state serves one run.
 */
public interface ModelInterface {
  /**
   * Writes the model so that it can be opened again. Does nothing by default.
   *
   * @param directory a new or empty directory, or one that Tenon wrote
   */
  default void save(Model model, Path directory) {}

  /**
   * Measures the model over data, without changing it. Measures nothing by default.
   *
   * @param batches read once, in order
   */
  default Metrics evaluate(Model model, Iterable<NamedArray> batches) {
    return Metrics.empty();
  }

  /**
   * Computes values for a batch, without changing the model.
   *
   * @throws UnsupportedFeatureException by default
   */
  default NamedArray inference(Model model, NamedArray batch) {
    throw unsupported("inference", "SftInterface");
  }

  /**
   * Generates answers to a batch of prompts.
   *
   * @throws UnsupportedFeatureException by default
   */
  default NamedArray generate(Model model, NamedArray prompts) {
    throw unsupported("generate", "GenerationInterface");
  }

  /**
   * One step of training. The batch is the whole batch of the step.
   *
   * @return what the step measured, {@code loss} among it
   * @throws UnsupportedFeatureException by default
   */
  default Metrics trainStep(Model model, NamedArray batch) {
    throw unsupported("trainStep", "SftInterface");
  }

  /**
   * What the algorithm remembers from one step to the next, such as an adaptive coefficient, as
   * text by name. It belongs to a run's checkpoints. Empty by default.
   */
  default Map<String, String> state() {
    return Map.of();
  }

  /**
   * Goes back to what {@link #state} returned.
   *
   * @throws InvalidInputException by default, if there is anything to remember; an implementation
   *     throws it for a state that is not its own, and then has not changed
   */
  default void restore(Map<String, String> state) {
    if (!state.isEmpty()) {
      throw new InvalidInputException(
          Problems.problem(
              "state of " + getClass().getSimpleName(),
              state.keySet(),
              "none, for it remembers nothing"));
    }
  }

  private UnsupportedFeatureException unsupported(String verb, String alternative) {
    return new UnsupportedFeatureException(
        Problems.problem(
            "verb of " + getClass().getSimpleName(),
            verb,
            "a verb that it implements; " + alternative + " has " + verb));
  }
}
