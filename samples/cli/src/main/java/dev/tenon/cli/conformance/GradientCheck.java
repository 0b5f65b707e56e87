package dev.tenon.cli.conformance;

import dev.tenon.tensor.TensorData;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** Every gradient: its L2 error over its L2 norm, and its worst element. */
record GradientCheck() implements Check {
  static final String PREFIX = "grad.";
  private static final String UNEXPECTED = "grad.unexpected_names";

  @Override
  public void run(OracleFolder expected, Computed computed, Report report) {
    Set<String> names = expected.tensorNames(PREFIX);
    for (String name : names) {
      TensorData reference = expected.tensor(name).orElseThrow();
      Optional<TensorData> measured = computed.tensor(name);
      if (Errors.norm(reference) > Tolerances.GRADIENT_NORM_FLOOR) {
        report.add(
            TensorFinding.of(
                name + ".rel_l2",
                Tolerances.GRADIENT_REL_L2,
                reference,
                measured,
                Errors::relativeL2));
      }
      report.add(
          TensorFinding.of(
              name + ".max_abs", Tolerances.GRADIENT_ELEMENT, reference, measured, Errors::maxAbs));
    }
    unexpected(names, computed, report);
  }

  /**
   * A gradient the oracle does not have belongs to a parameter that the checkpoint does not have.
   */
  private static void unexpected(Set<String> names, Computed computed, Report report) {
    Set<String> others = new TreeSet<>(computed.tensors().keySet());
    others.removeIf(x -> !x.startsWith(PREFIX));
    boolean none = others.isEmpty();
    others.removeAll(names);
    report.add(
        none
            ? Finding.impossible(UNEXPECTED, 0, "not computed")
            : Finding.exact(UNEXPECTED, others.size(), others.toString()));
  }
}
