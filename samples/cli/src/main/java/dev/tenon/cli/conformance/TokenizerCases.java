package dev.tenon.cli.conformance;

import dev.tenon.chat.Message;
import dev.tenon.model.Tokenizer.Span;
import dev.tenon.tensor.TokenIds;
import java.util.List;

/**
 * The oracle's {@code tokenizer_cases.json}.
 *
 * @param strings single texts
 * @param pairs pairs of texts
 * @param batches several texts, cut to 12 tokens and padded
 * @param chats conversations as the folder's chat template writes them
 */
record TokenizerCases(List<Text> strings, List<Pair> pairs, List<Batch> batches, List<Chat> chats) {
  /** Copies. */
  TokenizerCases {
    strings = List.copyOf(strings);
    pairs = List.copyOf(pairs);
    batches = List.copyOf(batches);
    chats = List.copyOf(chats);
  }

  /**
   * One text. {@code ids}, {@code typeIds} and both decoded texts are with special tokens; {@code
   * idsWithoutSpecial}, {@code tokens} and {@code offsets} (code points) are without.
   */
  record Text(
      String text,
      TokenIds ids,
      TokenIds idsWithoutSpecial,
      List<Integer> typeIds,
      List<String> tokens,
      List<Span> offsets,
      String decode,
      String decodeSkipSpecial) {}

  /** Two texts as one sequence with special tokens. */
  record Pair(
      String first,
      String second,
      TokenIds ids,
      List<Integer> typeIds,
      List<Boolean> specialTokensMask) {}

  /**
   * A conversation.
   *
   * @param text empty where the template refuses
   * @param error what it says where it refuses, else empty
   */
  record Chat(
      List<Message> messages,
      boolean addGenerationPrompt,
      String text,
      TokenIds ids,
      String error) {}

  /** Texts with special tokens, all cut and padded alike, at their left or right end. */
  record Batch(
      boolean left, List<String> texts, List<TokenIds> ids, List<List<Boolean>> attentionMask) {}
}
