package dev.tenon.internal;

import dev.tenon.error.InvalidInputException;
import dev.tenon.generation.GenerationRequest;
import dev.tenon.tensor.TokenIds;

/** A request's {@link dev.tenon.generation.LogitsProcessor}s, as every engine runs them. */
public final class ProcessedLogits {
  private ProcessedLogits() {}

  /**
   * Runs them.
   *
   * @param ids prompt and answer so far
   * @param logits [V], changed in place
   * @throws InvalidInputException if no token is left, or a logit is no number; else what a
   *     processor throws
   */
  public static void apply(GenerationRequest request, TokenIds ids, float[] logits) {
    int promptLength = request.promptIds().size();
    request.options().logitsProcessors().forEach(x -> x.process(ids, promptLength, logits));
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
