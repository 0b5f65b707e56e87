package dev.tenon.cli.conformance;

import dev.tenon.tensor.TokenIds;
import java.util.List;
import java.util.Set;

/**
 * The oracle's {@code expected.json}, as far as it is compared. Lists are empty in kinds that have
 * none.
 *
 * @param family HuggingFace's {@code model_type}
 * @param kind {@code causal}, {@code mlm}, {@code cls} or {@code embed}
 * @param loss of the untouched weights
 * @param gradNorm before clipping
 * @param adamwLosses of each step, before its update
 * @param adamwGradNorms of each step, before clipping
 * @param adamwLossAfter after the last step
 * @param zeroGradients parameters whose gradient is zero in exact arithmetic
 * @param greedy prompts and their greedy continuations
 */
record ExpectedNumbers(
    String family,
    String kind,
    double loss,
    double gradNorm,
    List<Double> adamwLosses,
    List<Double> adamwGradNorms,
    double adamwLossAfter,
    Set<String> zeroGradients,
    List<Greedy> greedy) {
  /** Copies. */
  ExpectedNumbers {
    adamwLosses = List.copyOf(adamwLosses);
    adamwGradNorms = List.copyOf(adamwGradNorms);
    zeroGradients = Set.copyOf(zeroGradients);
    greedy = List.copyOf(greedy);
  }

  /**
   * A prompt and the ids that follow it; eos does not end them.
   *
   * @param prompt given ids
   * @param tokens new ids
   */
  record Greedy(TokenIds prompt, TokenIds tokens) {}
}
