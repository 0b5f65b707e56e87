package dev.tenon.generation;

import dev.tenon.error.InvalidInputException;
import dev.tenon.internal.Problems;

/**
 * What a session may hold at once.
 *
 * @param requests live requests
 * @param cacheTokens tokens over all live requests, prompts and answers
 */
public record SessionLimits(int requests, long cacheTokens) {
  /** Checks the numbers. */
  public SessionLimits {
    Problems problems = new Problems();
    problems.check(requests > 0, "requests", requests, "> 0");
    problems.check(cacheTokens > 0, "cache tokens", cacheTokens, "> 0");
    problems.throwIfAny(InvalidInputException::new);
  }
}
