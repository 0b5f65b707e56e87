package dev.tenon.modelinterface.loop;

import dev.tenon.error.InvalidInputException;
import dev.tenon.internal.Problems;

/**
 * When a run gives up.
 *
 * @param patience evaluations in a row without progress, &gt; 0
 * @param threshold by how much the metric must get better to be progress, ≥ 0
 */
record EarlyStop(int patience, double threshold) {
  EarlyStop {
    Problems problems = new Problems();
    problems.check(patience > 0, "early_stopping_patience", patience, "> 0");
    problems.check(
        threshold >= 0 && threshold < Double.POSITIVE_INFINITY,
        "early_stopping_threshold",
        threshold,
        ">= 0");
    problems.throwIfAny(InvalidInputException::new);
  }
}
