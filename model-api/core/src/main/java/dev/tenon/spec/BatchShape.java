package dev.tenon.spec;

import dev.tenon.error.InvalidInputException;
import dev.tenon.internal.Problems;

/**
 * The size of a batch for planning.
 *
 * @param sequences rows, &gt; 0
 * @param tokens of the longest one, prompt and answer, &gt; 0
 */
public record BatchShape(int sequences, int tokens) {
  /** Checks the numbers. */
  public BatchShape {
    Problems problems = new Problems();
    problems.check(sequences > 0, "sequences", sequences, "> 0");
    problems.check(tokens > 0, "tokens", tokens, "> 0");
    problems.throwIfAny(InvalidInputException::new);
  }

  /** Sequences side by side in a micro-batch of at most so many tokens; one always fits. */
  public int sequencesWithin(int microBatchTokens) {
    return Math.min(sequences, Math.max(1, microBatchTokens / tokens));
  }
}
