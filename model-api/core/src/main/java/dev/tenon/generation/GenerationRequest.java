package dev.tenon.generation;

import dev.tenon.error.InvalidInputException;
import dev.tenon.internal.Problems;
import dev.tenon.tensor.TokenIds;

/**
 * One answer to generate.
 *
 * @param promptIds at least one token
 * @param options how; a request is one answer, however many the options ask for
 * @param seed with {@code sample} it fixes every random choice, alone or in any batch, up to
 *     near-ties that the rounding of another batch size turns round
 * @param sample number of this answer among those to one prompt, from 0
 */
public record GenerationRequest(
    TokenIds promptIds, GenerationOptions options, long seed, int sample) {
  /** Checks the request. */
  public GenerationRequest {
    Problems problems = new Problems();
    problems.check(!promptIds.isEmpty(), "prompt", promptIds, "at least one token");
    problems.check(sample >= 0, "sample", sample, ">= 0");
    problems.throwIfAny(InvalidInputException::new);
  }

  /** A request with seed 0 and sample 0. */
  public static GenerationRequest of(TokenIds promptIds, GenerationOptions options) {
    return new GenerationRequest(promptIds, options, 0, 0);
  }

  /**
   * Runs the options' {@link LogitsProcessor}s, for engines.
   *
   * @param ids prompt and answer so far
   * @param logits [V] of the next token, changed in place
   * @throws InvalidInputException if no token is left, or a logit is no number; else what a
   *     processor throws
   */
  public void process(TokenIds ids, float[] logits) {
    options.logitsProcessors().forEach(x -> x.process(ids, promptIds.size(), logits));
    boolean any = false;
    for (float x : logits) {
      if (Float.isNaN(x) || x == Float.POSITIVE_INFINITY) {
        throw new InvalidInputException(
            Problems.problem("logit of a processor", x, "finite or negative infinity"));
      }
      any |= x > Float.NEGATIVE_INFINITY;
    }
    if (!any) {
      throw new InvalidInputException(
          Problems.problem("logits of a processor", "all banned", "one that is finite"));
    }
  }
}
