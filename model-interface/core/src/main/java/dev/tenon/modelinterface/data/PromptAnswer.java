package dev.tenon.modelinterface.data;

import dev.tenon.error.InvalidInputException;
import dev.tenon.internal.Problems;
import dev.tenon.model.Tokenizer;
import dev.tenon.tensor.TokenIds;
import java.nio.file.Path;
import java.util.List;

/**
 * A prompt and the answer to learn. As tokens: the prompt with special tokens, the answer without,
 * then the first of the tokenizer's closing ids, if it has one. Its items have {@code input_ids}
 * (I64, token) and {@code prompt_mask} (BOOL, token: true = prompt); their ids are line numbers,
 * from 1.
 *
 * @param prompt what is given
 * @param answer what is to follow
 */
public record PromptAnswer(String prompt, String answer) {
  /**
   * Reads a JSON Lines file of {@code {"prompt": text, "answer": text}}; {@code completion} is
   * another name for {@code answer}, other keys are ignored, blank lines are skipped.
   *
   * @throws InvalidInputException if the file cannot be read or holds no example, or with {@code
   *     file:line} and reason of up to 20 lines that are wrong
   */
  public static Dataset read(Path file, Tokenizer tokenizer) {
    return new Examples(
        JsonLines.read(file, line -> example(line.number(), parse(line), tokenizer)));
  }

  /**
   * The pairs of such a file as text, to be changed before they are learned.
   *
   * @throws InvalidInputException as {@link #read} does
   */
  public static List<PromptAnswer> all(Path file) {
    return JsonLines.read(file, PromptAnswer::parse);
  }

  /** The dataset of pairs in memory; their line numbers are their places in the list, from 1. */
  public static Dataset of(List<PromptAnswer> pairs, Tokenizer tokenizer) {
    return new Examples(
        JsonLines.number(pairs, (number, pair) -> example(number, pair, tokenizer)));
  }

  private static PromptAnswer parse(JsonLine line) {
    boolean both = line.has("answer") && line.has("completion");
    if (both) {
      throw new InvalidInputException(
          Problems.problem("keys", "answer and completion", "one of the two"));
    }
    String answer = line.has("completion") ? "completion" : "answer";
    List<String> texts = line.texts("prompt", answer);
    return new PromptAnswer(texts.get(0), texts.get(1));
  }

  private static Examples.Example example(long number, PromptAnswer pair, Tokenizer tokenizer) {
    TokenIds prompt = tokenizer.encode(pair.prompt(), true).ids();
    TokenIds answer = tokenizer.encode(pair.answer(), false).ids();
    TokenIds eos = tokenizer.eosTokenIds();
    TokenIds all = prompt.concat(answer).concat(eos.slice(0, Math.min(1, eos.size())));
    if (all.size() <= Math.max(1, prompt.size())) {
      throw new InvalidInputException(
          Problems.problem(
              "answer",
              (all.size() - prompt.size()) + " tokens after " + prompt.size(),
              "at least one token, with one before it"));
    }
    return new Examples.Example(Long.toString(number), all, prompt.size());
  }
}
