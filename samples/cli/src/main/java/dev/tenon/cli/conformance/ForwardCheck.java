package dev.tenon.cli.conformance;

import dev.tenon.tensor.TensorData;
import java.util.List;
import java.util.Optional;

/**
 * The outputs of a forward pass on one engine.
 *
 * @param prefix before the names of that engine's outputs
 */
record ForwardCheck(String prefix) implements Check {
  private static final List<Quantity> QUANTITIES =
      List.of(
          new Quantity("logits", Tolerances.LOGITS, Errors::maxAbs),
          new Quantity("last_hidden_state", Tolerances.LAST_HIDDEN_STATE, Errors::maxAbs),
          new Quantity("hidden_states", Tolerances.HIDDEN_STATES, Errors::maxAbsOverLargest),
          new Quantity("logprobs", Tolerances.LOGPROBS, Errors::maxAbs));

  @Override
  public void run(OracleFolder expected, Computed computed, Report report) {
    for (Quantity each : QUANTITIES) {
      String name = prefix + each.name();
      Optional<TensorData> reference = expected.tensor(each.name());
      if (reference.isEmpty()) {
        report.skip(name, "not in expected.safetensors");
      } else {
        report.add(
            TensorFinding.of(
                name, each.tolerance(), reference.get(), computed.tensor(name), each.error()));
      }
    }
  }

  private record Quantity(String name, double tolerance, TensorFinding.Distance error) {}
}
