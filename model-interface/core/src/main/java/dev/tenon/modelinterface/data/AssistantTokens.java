package dev.tenon.modelinterface.data;

import dev.tenon.chat.ChatOptions;
import dev.tenon.chat.ChatTemplate;
import dev.tenon.chat.Message;
import dev.tenon.chat.RenderedChat;
import dev.tenon.chat.RenderedChat.Part;
import dev.tenon.error.InvalidInputException;
import dev.tenon.internal.Problems;
import dev.tenon.model.Tokenizer.Encoding;
import dev.tenon.model.Tokenizer.Span;
import java.util.List;

/** Which tokens of a rendered conversation the assistant said. */
final class AssistantTokens {
  private AssistantTokens() {}

  /**
   * The mask of transformers' {@code apply_chat_template}: from the token of a span's first code
   * point to that of its last one; a span whose start no token covers, and all after it, mark
   * nothing; one whose end no token covers, or the first token does, goes to the end.
   */
  static boolean[] marked(Encoding encoding, List<Part> parts) {
    boolean[] mask = new boolean[encoding.ids().size()];
    for (Part span : parts) {
      int first = tokenAt(encoding, span.start());
      int last = tokenAt(encoding, span.end() - 1);
      if (first < 0) {
        break;
      }
      int end = last > 0 ? last + 1 : mask.length;
      for (int t = first; t < end; t++) {
        mask[t] = true;
      }
    }
    return mask;
  }

  private static int tokenAt(Encoding encoding, int codePoint) {
    for (int t = 0; t < encoding.offsets().size(); t++) {
      Span offset = encoding.offsets().get(t);
      if (offset.start() <= codePoint && codePoint < offset.end()) {
        return t;
      }
    }
    return -1;
  }

  /** The tokens that lie in a span as a whole. */
  static boolean[] within(Encoding encoding, Part span) {
    boolean[] mask = new boolean[encoding.ids().size()];
    for (int t = 0; t < mask.length; t++) {
      Span offset = encoding.offsets().get(t);
      mask[t] = span.start() <= offset.start() && offset.end() <= span.end();
      mask[t] &= offset.start() < offset.end();
    }
    return mask;
  }

  /**
   * The last assistant message in the text, with what closes it: from where the conversation before
   * it, with the start of the assistant's message, ends, to where the conversation with it ends.
   *
   * @throws InvalidInputException if there is none, or the template writes the messages before it
   *     otherwise when it follows
   */
  static Part lastTurn(Conversation conversation, ChatTemplate template, RenderedChat whole) {
    List<Message> messages = conversation.messages();
    int last = messages.size() - 1;
    while (last >= 0 && !messages.get(last).role().equals("assistant")) {
      last--;
    }
    if (last < 1) {
      throw new InvalidInputException(
          Problems.problem("messages", "none to learn", "an assistant message after another one"));
    }
    ChatOptions options = ChatOptions.prompt().withTools(conversation.tools());
    String before = template.render(messages.subList(0, last), options).text();
    ChatOptions plain = options.withAddGenerationPrompt(false);
    String with =
        last == messages.size() - 1
            ? whole.text()
            : template.render(messages.subList(0, last + 1), plain).text();
    if (!with.startsWith(before) || !whole.text().startsWith(with)) {
      throw new InvalidInputException(
          Problems.problem(
              "chat template",
              "writes the messages before the last assistant message otherwise when it follows",
              "the same text, or a template with {% generation %}"));
    }
    return new Part(length(before), length(with));
  }

  private static int length(String text) {
    return text.codePointCount(0, text.length());
  }
}
