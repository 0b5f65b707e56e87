package dev.tenon.modelinterface.loop;

import java.util.Optional;

/**
 * What a run remembers of its evaluations.
 *
 * @param best the best so far; a value that is not finite is never the best
 * @param stale evaluations in a row without the progress that early stopping asks for
 * @param evaluatedAt the step of the last one, −1 before the first
 */
record EvaluationHistory(Optional<BestStep> best, int stale, long evaluatedAt) {
  static EvaluationHistory empty() {
    return new EvaluationHistory(Optional.empty(), 0, -1);
  }

  /** With an evaluation more, as transformers' EarlyStoppingCallback counts. */
  EvaluationHistory after(long step, double value, BestMetric metric, double threshold) {
    if (!Double.isFinite(value)) {
      return new EvaluationHistory(best, stale + 1, step);
    }
    double gain =
        best.isEmpty() ? Double.POSITIVE_INFINITY : metric.gain(value, best.get().value());
    Optional<BestStep> now = gain > 0 ? Optional.of(new BestStep(step, value)) : best;
    return new EvaluationHistory(now, gain > threshold ? 0 : stale + 1, step);
  }

  /** The same with an evaluation more that nobody judged. */
  EvaluationHistory evaluatedAt(long step) {
    return new EvaluationHistory(best, stale, step);
  }

  /** Whether the evaluation of a step was the best of all. */
  boolean isBest(long step) {
    return best.filter(x -> x.step() == step).isPresent();
  }
}
