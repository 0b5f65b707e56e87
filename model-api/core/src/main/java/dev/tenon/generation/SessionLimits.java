package dev.tenon.generation;

import dev.tenon.error.InvalidInputException;
import dev.tenon.internal.Problems;

/**
 * What a session may hold at once. A request counts from {@link GenerationSession#add} to its last
 * piece or its cancel, and takes its prompt and {@code maxNewTokens} of the cache tokens from the
 * start, so that what has begun can end. n answers to one prompt are n requests.
 *
 * <p>A cache token takes {@code 2 * layers * kv_heads * head_dim} numbers. Engines that keep live
 * requests in rows of one length may allocate the number of rows times the longest request, which
 * is more than this when lengths differ; they allocate at the first step, not when the session
 * opens.
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
