package dev.tenon.cli.conformance;

import dev.tenon.tensor.TensorData;
import java.util.Optional;

/**
 * The weights after three AdamW steps, over all tensors together. A first step moves each element
 * by the learning rate in the direction of its gradient's sign, so elements whose first gradient is
 * near zero have a tolerance of their own, and those whose gradient is zero in exact arithmetic are
 * not compared.
 */
record AdamWCheck() implements Check {
  static final String PREFIX = "adamw3.";

  @Override
  public void run(OracleFolder expected, Computed computed, Report report) {
    Tally tally = new Tally();
    String problem = "";
    for (String name : expected.tensorNames(PREFIX)) {
      String parameter = name.substring(PREFIX.length());
      if (expected.numbers().zeroGradients().contains(parameter)) {
        report.skip(name, "its gradient is zero in exact arithmetic");
        continue;
      }
      TensorData reference = expected.tensor(name).orElseThrow();
      Optional<TensorData> measured =
          computed.tensor(name).filter(x -> x.shape().equals(reference.shape()));
      if (measured.isEmpty()) {
        problem = name + " not computed, or of another shape";
        tally.missing();
      } else {
        TensorData gradient = expected.tensor(GradientCheck.PREFIX + parameter).orElseThrow();
        tally.add(reference, measured.get(), gradient);
      }
    }
    report.add(
        new Finding("adamw3.first_gradient>=1e-3", tally.clear, Tolerances.ADAMW_CLEAR, problem));
    report.add(new Finding("adamw3.others", tally.other, Tolerances.ADAMW_OTHER, problem));
    double share = Tolerances.adamwShare(expected.numbers().family(), expected.numbers().kind());
    report.add(new Finding("adamw3.share_off_by_1e-5", tally.share(), share, problem));
  }

  /** Errors over all elements. */
  private static final class Tally {
    private double clear;
    private double other;
    private double share;
    private long off;
    private long elements;

    private void add(TensorData expected, TensorData measured, TensorData gradient) {
      for (long i = 0; i < expected.size(); i++) {
        double error = Math.abs(expected.getDouble(i) - measured.getDouble(i));
        if (Math.abs(gradient.getDouble(i)) >= Tolerances.ADAMW_CLEAR_GRADIENT) {
          clear = Math.max(clear, error);
        } else {
          other = Math.max(other, error);
        }
        // NaN counts as off.
        off += error <= Tolerances.ADAMW_OFF ? 0 : 1;
      }
      elements += expected.size();
    }

    /**
     * Without one of the tensors nothing can be said about all of them; NaN survives every later
     * maximum.
     */
    private void missing() {
      clear = Double.NaN;
      other = Double.NaN;
      share = Double.NaN;
    }

    private double share() {
      return share + (double) off / elements;
    }
  }
}
