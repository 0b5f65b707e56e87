package dev.tenon.cli.conformance;

import java.util.Locale;

/**
 * One quantity, measured against what was expected.
 *
 * @param quantity its name, without blanks, for example {@code grad.lm_head.weight.rel_l2}
 * @param error the measured error; NaN when it could not be measured
 * @param tolerance the largest error that passes
 * @param detail what went wrong, for the reader of a failure; may be empty
 */
record Finding(String quantity, double error, double tolerance, String detail) {
  /** A measured error. */
  static Finding of(String quantity, double error, double tolerance) {
    return new Finding(quantity, error, tolerance, "");
  }

  /** A quantity that could not be measured at all: it fails. */
  static Finding impossible(String quantity, double tolerance, String reason) {
    return new Finding(quantity, Double.NaN, tolerance, reason);
  }

  /** A number of differences of which none is allowed. */
  static Finding exact(String quantity, long differences, String detail) {
    return new Finding(quantity, differences, 0, detail);
  }

  /** True when the error is a number within the tolerance; NaN never is. */
  boolean passed() {
    return error <= tolerance;
  }

  /** {@code quantity error tolerance passed|FAILED}, with the detail after a failure. */
  @Override
  public String toString() {
    String verdict = passed() ? "passed" : "FAILED" + (detail.isEmpty() ? "" : " " + detail);
    return String.format(Locale.ROOT, "%-58s %9.2e %9.2e %s", quantity, error, tolerance, verdict);
  }
}
