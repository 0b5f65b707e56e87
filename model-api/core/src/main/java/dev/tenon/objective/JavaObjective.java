package dev.tenon.objective;

import dev.tenon.error.InvalidInputException;
import dev.tenon.internal.Problems;
import dev.tenon.model.OutputRequest;

/**
 * An objective in plain Java. It runs once a step, on the outputs of the whole batch, so items may
 * meet in it; the price is one more forward pass and a copy of the outputs to the host.
 *
 * @param name for messages and records
 * @param outputs what the engine must compute
 * @param function loss and gradient
 */
public record JavaObjective(String name, OutputRequest outputs, LossFunction function)
    implements Objective {
  /** Checks the name. */
  public JavaObjective {
    if (name.isBlank()) {
      throw new InvalidInputException(
          Problems.problem("objective name", "\"" + name + "\"", "not blank"));
    }
  }
}
