package dev.tenon.generation;

import dev.tenon.tensor.TokenIds;

/**
 * Changes the logits of a request's next token before it is chosen: bans tokens, forces them, or
 * holds an answer to a grammar. HuggingFace's {@code LogitsProcessor}, for one request.
 *
 * <p>Processors run one after the other, in the order in which {@link GenerationOptions} lists
 * them, where transformers runs those of {@code generate(logits_processor=…)}: after repetition
 * penalty and {@code min_new_tokens}, before temperature, top-k, top-p and min-p; greedy too. They
 * do not change the {@code logprobs} of an answer. Only the rows of requests that have processors
 * are copied to Java.
 *
 * <p>What a processor throws ends its own request and no other. Thread contract: called by the
 * thread that steps the session, once for each new token of each request; one that serves several
 * sessions must be safe for threads, and one that serves several requests must tell them apart by
 * what it is given.
 */
@FunctionalInterface
public interface LogitsProcessor {
  /**
   * Changes logits in place.
   *
   * @param ids prompt and answer so far
   * @param promptLength how many of them are the prompt
   * @param logits [V] of the next token, the processor's for this call only; negative infinity bans
   *     a token. At least one must stay finite, and none may become NaN or positive infinity
   */
  void process(TokenIds ids, int promptLength, float[] logits);
}
