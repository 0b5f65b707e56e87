package dev.tenon.cli.conformance;

import dev.tenon.tensor.TokenIds;
import java.util.List;

/** The ids that greedy generation gives: none may differ. */
record GreedyCheck() implements Check {
  @Override
  public void run(OracleFolder expected, Computed computed, Report report) {
    List<ExpectedNumbers.Greedy> cases = expected.numbers().greedy();
    for (int i = 0; i < cases.size(); i++) {
      String quantity = "greedy[" + i + "].tokens";
      TokenIds reference = cases.get(i).tokens();
      if (i >= computed.greedy().size()) {
        report.add(Finding.impossible(quantity, 0, "not computed"));
      } else {
        TokenIds measured = computed.greedy().get(i);
        report.add(
            Finding.exact(
                quantity,
                differences(reference, measured),
                measured + " (expected: " + reference + ")"));
      }
    }
  }

  /** Positions at which two sequences differ; those that only one of them has count too. */
  static long differences(TokenIds a, TokenIds b) {
    int common = Math.min(a.size(), b.size());
    long different = Math.max(a.size(), b.size()) - common;
    for (int i = 0; i < common; i++) {
      different += a.get(i) == b.get(i) ? 0 : 1;
    }
    return different;
  }
}
