package dev.tenon.modelinterface.data;

import dev.tenon.error.InvalidInputException;
import dev.tenon.internal.Problems;
import dev.tenon.model.EmbeddingHead;
import dev.tenon.model.Model;
import dev.tenon.model.Network;
import dev.tenon.model.Tokenizer;
import dev.tenon.tensor.TokenIds;
import java.util.List;
import java.util.Locale;

/**
 * Texts to the sequences that a network reads, special tokens included. Immutable and safe for
 * threads.
 *
 * @param tokenizer of the network
 * @param maxTokens most tokens of a sequence, special ones included
 * @param truncation whether a longer one is cut (transformers: {@code truncation=True}); else it is
 *     an {@link InvalidInputException}
 * @param lowerCase whether texts are put into lower case first
 * @param prompt what stands before every text; empty: nothing
 */
public record TextEncoder(
    Tokenizer tokenizer, int maxTokens, boolean truncation, boolean lowerCase, String prompt) {
  /** Checks the length. */
  public TextEncoder {
    if (maxTokens < 1) {
      throw new InvalidInputException(Problems.problem("max tokens", maxTokens, ">= 1"));
    }
  }

  /**
   * The encoder of a model: up to its positions, refusing what is longer; for an embedding model as
   * its {@link EmbeddingHead} says, cutting what is longer, as sentence-transformers does.
   */
  public static TextEncoder of(Model model) {
    Network network = model.network();
    TextEncoder plain =
        new TextEncoder(model.tokenizer(), network.maxPositions(), false, false, "");
    return network.embeddingHead().map(plain::of).orElse(plain);
  }

  private TextEncoder of(EmbeddingHead head) {
    int most = Math.min(maxTokens, head.maxSeqLength());
    return new TextEncoder(tokenizer, most, true, head.lowerCase(), head.prompt());
  }

  /** The same, cutting what is longer or not. */
  public TextEncoder withTruncation(boolean value) {
    return new TextEncoder(tokenizer, maxTokens, value, lowerCase, prompt);
  }

  /** The same with another length. */
  public TextEncoder withMaxTokens(int value) {
    return new TextEncoder(tokenizer, value, truncation, lowerCase, prompt);
  }

  /**
   * One text.
   *
   * @throws InvalidInputException if it has no token, or too many
   */
  public TokenSequence encode(String text) {
    return encodeAll(List.of(text)).get(0);
  }

  /** Several texts, each a sequence. See {@link #encode(String)}. */
  public List<TokenSequence> encodeAll(List<String> texts) {
    List<String> prepared = texts.stream().map(this::prepared).toList();
    int most = truncation ? maxTokens : Integer.MAX_VALUE;
    List<TokenIds> ids = tokenizer.encodeIds(prepared, most);
    ids.forEach(this::check);
    return ids.stream().map(TokenSequence::of).toList();
  }

  /** Two texts in one sequence, as the tokenizer's template for pairs says. */
  public TokenSequence encodePair(String first, String second) {
    TokenSequence pair =
        TokenSequence.ofPair(
            truncation
                ? tokenizer.encodePair(prepared(first), prepared(second), maxTokens)
                : tokenizer.encodePair(prepared(first), prepared(second), true));
    check(pair.ids());
    return pair;
  }

  private String prepared(String text) {
    String whole = prompt + text;
    return lowerCase ? whole.toLowerCase(Locale.ROOT) : whole;
  }

  private void check(TokenIds ids) {
    int tokens = ids.size();
    if (tokens < 1 || tokens > maxTokens) {
      throw new InvalidInputException(
          Problems.problem("text", tokens + " tokens", "1 to " + maxTokens + ", or truncation"));
    }
  }
}
