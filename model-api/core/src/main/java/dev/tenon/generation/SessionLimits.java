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
 * <p>Prompts are read by passes of at most {@code promptTokens} tokens, so that what a pass
 * computes on its way takes no more memory for a longer prompt. Equal prompts of one step are read
 * once.
 *
 * @param requests live requests
 * @param cacheTokens tokens over all live requests, prompts and answers
 * @param promptTokens of prompts in one forward pass, padding counted; a longer prompt is read in
 *     parts
 */
public record SessionLimits(int requests, long cacheTokens, int promptTokens) {
  /** Parts that keep matrix products efficient and need tens of megabytes in most networks. */
  public static final int DEFAULT_PROMPT_TOKENS = 2048;

  /** Checks the numbers. */
  public SessionLimits {
    Problems problems = new Problems();
    problems.check(requests > 0, "requests", requests, "> 0");
    problems.check(cacheTokens > 0, "cache tokens", cacheTokens, "> 0");
    problems.check(promptTokens > 0, "prompt tokens of a pass", promptTokens, "> 0");
    problems.throwIfAny(InvalidInputException::new);
  }

  /** Limits with the default length of a pass over prompts. */
  public SessionLimits(int requests, long cacheTokens) {
    this(requests, cacheTokens, DEFAULT_PROMPT_TOKENS);
  }

  /** The same with prompts read in parts of at most so many tokens. */
  public SessionLimits withPromptTokens(int value) {
    return new SessionLimits(requests, cacheTokens, value);
  }
}
