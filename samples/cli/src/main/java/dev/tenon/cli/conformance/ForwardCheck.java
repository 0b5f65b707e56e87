package dev.tenon.cli.conformance;

import dev.tenon.tensor.TensorData;
import java.util.List;

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

  /** The inference engine alone gives those of a network that has another head. */
  private static final List<Quantity> POOLED =
      List.of(
          new Quantity(PooledRun.MEAN, Tolerances.POOLED_NORMALIZED, Errors::maxAbs),
          new Quantity(PooledRun.POOLER, Tolerances.POOLER_OUTPUT, Errors::maxAbs));

  private static final Quantity ROUTER =
      new Quantity(CausalKind.ROUTER, Tolerances.LOGITS, Errors::maxAbs);

  @Override
  public void run(OracleFolder expected, Computed computed, Report report) {
    for (Quantity each : QUANTITIES) {
      if (expected.tensor(each.name()).isEmpty()) {
        report.skip(prefix + each.name(), "not in expected.safetensors");
      } else {
        compare(each, expected, computed, report);
      }
    }
    if (expected.tensor(ROUTER.name()).isPresent()) {
      compare(ROUTER, expected, computed, report);
    }
    for (Quantity each : POOLED) {
      boolean here = !prefix.isEmpty() || computed.tensor(each.name()).isPresent();
      if (here && expected.tensor(each.name()).isPresent()) {
        compare(each, expected, computed, report);
      }
    }
  }

  private void compare(Quantity each, OracleFolder expected, Computed computed, Report report) {
    String name = prefix + each.name();
    TensorData reference = expected.tensor(each.name()).orElseThrow();
    report.add(
        TensorFinding.of(name, each.tolerance(), reference, computed.tensor(name), each.error()));
  }

  private record Quantity(String name, double tolerance, TensorFinding.Distance error) {}
}
