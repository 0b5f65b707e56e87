package dev.tenon.chat;

import java.util.List;

/** How a model wants conversations written. Implementations are safe for concurrent use. */
@FunctionalInterface
public interface ChatTemplate {
  /**
   * Writes a conversation.
   *
   * @param messages at least one
   * @throws ChatTemplateException if the template refuses the messages or fails, with its line
   */
  RenderedChat render(List<Message> messages, ChatOptions options);
}
