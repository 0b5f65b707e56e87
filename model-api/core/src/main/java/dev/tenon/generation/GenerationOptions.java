package dev.tenon.generation;

import dev.tenon.error.InvalidInputException;
import dev.tenon.internal.Problems;
import dev.tenon.tensor.TokenIds;

/**
 * How one answer is generated. Greedy: the most probable token, the lower id among equals.
 *
 * @param maxNewTokens most tokens to generate, the closing eos included; &gt; 0 (HuggingFace:
 *     {@code max_new_tokens})
 * @param eosTokenIds ids that end the answer (HuggingFace: {@code eos_token_id}); empty: the answer
 *     ends by length
 * @param ignoreEos whether to go on past eos to exactly {@code maxNewTokens}
 */
public record GenerationOptions(int maxNewTokens, TokenIds eosTokenIds, boolean ignoreEos) {
  /** Checks the numbers. */
  public GenerationOptions {
    if (maxNewTokens <= 0) {
      throw new InvalidInputException(Problems.problem("max_new_tokens", maxNewTokens, "> 0"));
    }
  }

  /** Greedy generation; the eos ids are those of the model where a tokenizer is at hand. */
  public static GenerationOptions greedy(int maxNewTokens) {
    return new GenerationOptions(maxNewTokens, TokenIds.of(), false);
  }

  /** The same with other closing ids. */
  public GenerationOptions withEosTokenIds(TokenIds ids) {
    return new GenerationOptions(maxNewTokens, ids, ignoreEos);
  }

  /** The same, going on past eos. */
  public GenerationOptions ignoringEos() {
    return new GenerationOptions(maxNewTokens, eosTokenIds, true);
  }
}
