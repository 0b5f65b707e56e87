package dev.tenon.cli.conformance;

import dev.tenon.chat.ChatOptions;
import dev.tenon.chat.ChatTemplateException;
import dev.tenon.model.Tokenizer;
import dev.tenon.model.Tokenizer.Encoding;
import dev.tenon.model.Tokenizer.Padding;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * The tokenizer's cases, exact: each quantity's error is the number of cases that differ.
 *
 * @param tokenizer the one under test
 */
record TokenizerCheck(Tokenizer tokenizer) {
  private static final int MAX_LENGTH = 12;

  /** Compares every case of a folder. */
  void run(TokenizerCases cases, Report report) {
    strings(cases.strings(), report);
    pairs(cases.pairs(), report);
    cases.batches().forEach(batch -> batch(batch, report));
    if (!cases.chats().isEmpty()) {
      chats(cases.chats(), report);
    }
  }

  private void strings(List<TokenizerCases.Text> all, Report report) {
    count("tokenizer.ids", all, x -> difference(x.ids(), with(x).ids()), report);
    count(
        "tokenizer.ids_without_special",
        all,
        x -> difference(x.idsWithoutSpecial(), without(x).ids()),
        report);
    count("tokenizer.type_ids", all, x -> difference(x.typeIds(), with(x).typeIds()), report);
    count("tokenizer.tokens", all, x -> difference(x.tokens(), without(x).tokens()), report);
    count("tokenizer.offsets", all, x -> difference(x.offsets(), without(x).offsets()), report);
    count(
        "tokenizer.decode",
        all,
        x -> difference(x.decode(), tokenizer.decode(x.ids(), false)),
        report);
    count(
        "tokenizer.decode_skip_special",
        all,
        x -> difference(x.decodeSkipSpecial(), tokenizer.decode(x.ids(), true)),
        report);
  }

  private void pairs(List<TokenizerCases.Pair> all, Report report) {
    count("tokenizer.pairs.ids", all, x -> difference(x.ids(), pair(x).ids()), report);
    count("tokenizer.pairs.type_ids", all, x -> difference(x.typeIds(), pair(x).typeIds()), report);
    count(
        "tokenizer.pairs.special_tokens_mask",
        all,
        x -> difference(x.specialTokensMask(), pair(x).specialTokensMask()),
        report);
  }

  private void batch(TokenizerCases.Batch batch, Report report) {
    Padding padding = batch.left() ? Padding.LEFT : Padding.RIGHT;
    String name = "tokenizer.truncate12_pad_" + (batch.left() ? "left" : "right");
    Function<Function<Encoding, Object>, List<Object>> encoded =
        part ->
            tokenizer.encodeBatch(batch.texts(), padding, MAX_LENGTH).stream().map(part).toList();
    count(
        name + ".ids",
        List.of(batch),
        x -> difference(x.ids(), encoded.apply(Encoding::ids)),
        report);
    count(
        name + ".attention_mask",
        List.of(batch),
        x -> difference(x.attentionMask(), encoded.apply(Encoding::attentionMask)),
        report);
  }

  private void chats(List<TokenizerCases.Chat> all, Report report) {
    count("tokenizer.chat", all, x -> difference(x.text() + x.error(), rendered(x)), report);
    count(
        "tokenizer.chat.ids",
        all.stream().filter(x -> x.error().isEmpty()).toList(),
        x -> difference(x.ids(), tokenizer.encode(rendered(x), false).ids()),
        report);
  }

  /** The text, or what the template says to refuse the messages. */
  private String rendered(TokenizerCases.Chat chat) {
    ChatOptions options = ChatOptions.prompt().withAddGenerationPrompt(chat.addGenerationPrompt());
    try {
      return tokenizer.chatTemplate().orElseThrow().render(chat.messages(), options).text();
    } catch (ChatTemplateException e) {
      String message = String.valueOf(e.getMessage());
      return message.endsWith(": " + chat.error()) ? chat.error() : message;
    }
  }

  private Encoding with(TokenizerCases.Text text) {
    return tokenizer.encode(text.text(), true);
  }

  private Encoding without(TokenizerCases.Text text) {
    return tokenizer.encode(text.text(), false);
  }

  private Encoding pair(TokenizerCases.Pair pair) {
    return tokenizer.encodePair(pair.first(), pair.second(), true);
  }

  /**
   * Counts the cases that differ and keeps the first difference. An exception is a difference too.
   */
  private static <T> void count(
      String quantity, List<T> cases, Function<T, Optional<String>> difference, Report report) {
    long different = 0;
    String first = "";
    for (T each : cases) {
      Optional<String> found = attempt(each, difference);
      different += found.isPresent() ? 1 : 0;
      first = first.isEmpty() ? found.orElse("") : first;
    }
    report.add(Finding.exact(quantity, different, first));
  }

  private static <T> Optional<String> attempt(T each, Function<T, Optional<String>> difference) {
    try {
      return difference.apply(each);
    } catch (RuntimeException e) {
      return Optional.of(e.toString());
    }
  }

  private static Optional<String> difference(Object expected, Object measured) {
    return expected.equals(measured)
        ? Optional.empty()
        : Optional.of(measured + " (expected: " + expected + ")");
  }
}
