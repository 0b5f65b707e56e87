package dev.tenon.model;

import dev.tenon.chat.ChatTemplate;
import dev.tenon.error.InvalidInputException;
import dev.tenon.error.UnsupportedFeatureException;
import dev.tenon.internal.Problems;
import dev.tenon.tensor.TokenIds;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** Text to token ids and back. Implementations are safe for concurrent use. */
public interface Tokenizer {
  /**
   * Encodes one text.
   *
   * @param addSpecialTokens whether the tokenizer's template adds its special tokens, such as bos
   */
  Encoding encode(String text, boolean addSpecialTokens);

  /** Encodes a pair of texts as one sequence, as the tokenizer's template for pairs says. */
  Encoding encodePair(String first, String second, boolean addSpecialTokens);

  /**
   * Encodes a pair of texts with specials, cut to a length: tokens go from the longer text first
   * (transformers: {@code truncation="longest_first"}).
   *
   * @param maxLength most tokens, specials included
   * @throws UnsupportedFeatureException by default, if something would have to go
   */
  default Encoding encodePair(String first, String second, int maxLength) {
    Encoding whole = encodePair(first, second, true);
    if (whole.ids().size() > maxLength) {
      throw new UnsupportedFeatureException(
          Problems.problem(
              "pair",
              whole.ids().size() + " tokens",
              "at most " + maxLength + ", for this tokenizer cannot cut pairs"));
    }
    return whole;
  }

  /** Encodes texts with specials, cut and padded alike. */
  List<Encoding> encodeBatch(List<String> texts, Padding padding, int maxLength);

  /**
   * The ids of {@link #encodeBatch} without padding; faster, where nobody reads the rest of an
   * encoding.
   */
  default List<TokenIds> encodeIds(List<String> texts, int maxLength) {
    return encodeBatch(texts, Padding.NONE, maxLength).stream().map(Encoding::ids).toList();
  }

  /** The text of token ids. Bytes that are no valid UTF-8 become U+FFFD. */
  String decode(TokenIds ids, boolean skipSpecialTokens);

  /** The id of a token, if the vocabulary has it. */
  OptionalLong tokenToId(String token);

  /** The token of an id, if the vocabulary has it. */
  Optional<String> idToToken(long id);

  /** Number of ids, added tokens included. */
  int vocabSize();

  /** The token that starts a sequence, if there is one. */
  OptionalLong bosTokenId();

  /**
   * The tokens that end a sequence: those of generation_config.json, else of config.json, else the
   * tokenizer's own.
   */
  TokenIds eosTokenIds();

  /** The token that fills up rows, if there is one. */
  OptionalLong padTokenId();

  /** How conversations are written for the model, if its files say so. */
  default Optional<ChatTemplate> chatTemplate() {
    return Optional.empty();
  }

  /** How {@link #encodeBatch} fills rows to one length. */
  enum Padding {
    /** Rows keep their lengths. */
    NONE,
    /** Pad tokens after the text. */
    RIGHT,
    /** Pad tokens before the text. */
    LEFT
  }

  /**
   * One encoded text; all lists have one entry per token.
   *
   * @param ids token ids
   * @param tokens the vocabulary's spelling of each token
   * @param typeIds 0 for the first text, 1 for the second one of a pair
   * @param specialTokensMask true for tokens the template added
   * @param attentionMask false for padding
   * @param offsets where each token comes from, in code points of the text
   */
  record Encoding(
      TokenIds ids,
      List<String> tokens,
      List<Integer> typeIds,
      List<Boolean> specialTokensMask,
      List<Boolean> attentionMask,
      List<Span> offsets) {
    /** Copies and checks that all lists are equally long. */
    public Encoding {
      tokens = List.copyOf(tokens);
      typeIds = List.copyOf(typeIds);
      specialTokensMask = List.copyOf(specialTokensMask);
      attentionMask = List.copyOf(attentionMask);
      offsets = List.copyOf(offsets);
      int n = ids.size();
      if (tokens.size() != n
          || typeIds.size() != n
          || specialTokensMask.size() != n
          || attentionMask.size() != n
          || offsets.size() != n) {
        throw new InvalidInputException(Problems.problem("encoding", ids, "lists of one length"));
      }
    }
  }

  /**
   * A range of code points.
   *
   * @param start first code point, from 0
   * @param end one past the last
   */
  record Span(int start, int end) {}
}
