package dev.tenon.cli.conformance;

import java.util.List;

/** Loss and gradient norm, before and during the AdamW steps. */
record NumbersCheck() implements Check {
  @Override
  public void run(OracleFolder expected, Computed computed, Report report) {
    ExpectedNumbers numbers = expected.numbers();
    List<Double> loss = List.of(numbers.loss());
    absolute("loss", loss, computed, Tolerances.LOSS, report);
    absolute(Computed.INFERENCE + "loss", loss, computed, Tolerances.LOSS, report);
    relative("grad_norm", List.of(numbers.gradNorm()), computed, report);
    absolute("adamw.losses", numbers.adamwLosses(), computed, Tolerances.LATER_LOSS, report);
    relative("adamw.grad_norms", numbers.adamwGradNorms(), computed, report);
    absolute(
        "adamw.loss_after",
        List.of(numbers.adamwLossAfter()),
        computed,
        Tolerances.LATER_LOSS,
        report);
  }

  private static void absolute(
      String name, List<Double> expected, Computed computed, double tolerance, Report report) {
    List<Double> measured = computed.numbers(name);
    for (int i = 0; i < expected.size(); i++) {
      // Only the first loss of a run comes from untouched weights.
      double limit = i == 0 && name.equals("adamw.losses") ? Tolerances.LOSS : tolerance;
      double error = i < measured.size() ? Math.abs(expected.get(i) - measured.get(i)) : Double.NaN;
      report.add(finding(name, i, expected.size(), error, limit));
    }
  }

  private static void relative(
      String name, List<Double> expected, Computed computed, Report report) {
    List<Double> measured = computed.numbers(name);
    for (int i = 0; i < expected.size(); i++) {
      double error =
          i < measured.size() ? Errors.relative(expected.get(i), measured.get(i)) : Double.NaN;
      report.add(finding(name, i, expected.size(), error, Tolerances.GRAD_NORM));
    }
  }

  private static Finding finding(
      String name, int index, int count, double error, double tolerance) {
    String quantity = count == 1 ? name : name + "[" + index + "]";
    return Double.isNaN(error)
        ? Finding.impossible(quantity, tolerance, "not computed, or not a number")
        : Finding.of(quantity, error, tolerance);
  }
}
