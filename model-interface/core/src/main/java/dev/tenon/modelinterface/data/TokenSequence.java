package dev.tenon.modelinterface.data;

import dev.tenon.error.InvalidInputException;
import dev.tenon.internal.Problems;
import dev.tenon.model.Tokenizer.Encoding;
import dev.tenon.tensor.TokenIds;
import java.util.List;

/**
 * What a network reads of one text, or of two texts in one sequence. Of an {@link Encoding} it
 * leaves out what nobody computes with, which is most of its memory and of its time.
 *
 * @param ids token ids, special ones included
 * @param typeIds one per token, 0 for the first text and 1 for the second one; empty for one text
 */
public record TokenSequence(TokenIds ids, List<Integer> typeIds) {
  /** Copies and checks the lengths. */
  public TokenSequence {
    typeIds = List.copyOf(typeIds);
    if (!typeIds.isEmpty() && typeIds.size() != ids.size()) {
      throw new InvalidInputException(
          Problems.problem(
              "type ids", typeIds.size(), "one for each of " + ids.size() + " tokens"));
    }
  }

  /** One text. */
  public static TokenSequence of(TokenIds ids) {
    return new TokenSequence(ids, List.of());
  }

  /** Two texts in one sequence. */
  public static TokenSequence ofPair(Encoding pair) {
    return new TokenSequence(pair.ids(), pair.typeIds());
  }
}
