package dev.tenon.modelinterface.data;

import dev.tenon.error.InvalidInputException;
import dev.tenon.internal.Problems;
import dev.tenon.model.Tokenizer;
import dev.tenon.tensor.TokenIds;
import java.nio.file.Path;
import java.util.List;

/**
 * Prompts to answer, encoded with special tokens. Their items have {@code input_ids} (I64, token)
 * and {@code prompt_mask} (BOOL, token: all true); their ids are line numbers, from 1.
 */
public final class Prompts {
  private Prompts() {}

  /**
   * Reads a JSON Lines file of {@code {"prompt": text}}; other keys are ignored, blank lines are
   * skipped.
   *
   * @throws InvalidInputException if the file cannot be read or holds no prompt, or with {@code
   *     file:line} and reason of up to 20 lines that are wrong
   */
  public static Dataset read(Path file, Tokenizer tokenizer) {
    return new Examples(
        JsonLines.read(
            file, line -> example(line.number(), line.texts("prompt").get(0), tokenizer)));
  }

  /** The dataset of prompts in memory; their line numbers are their places in the list, from 1. */
  public static Dataset of(List<String> prompts, Tokenizer tokenizer) {
    return new Examples(
        JsonLines.number(prompts, (number, prompt) -> example(number, prompt, tokenizer)));
  }

  private static Examples.Example example(long number, String prompt, Tokenizer tokenizer) {
    TokenIds ids = tokenizer.encode(prompt, true).ids();
    if (ids.isEmpty()) {
      throw new InvalidInputException(Problems.problem("prompt", "0 tokens", "at least one"));
    }
    return new Examples.Example(Long.toString(number), ids, ids.size());
  }
}
