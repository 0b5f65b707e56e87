package dev.tenon.chat;

import java.util.List;
import java.util.Optional;

/**
 * A conversation as text.
 *
 * @param text to be encoded without further special tokens
 * @param assistant what the assistant said, in code points of the text, if the template marks it
 */
public record RenderedChat(String text, Optional<List<Part>> assistant) {
  /** Copies. */
  public RenderedChat {
    assistant = assistant.map(List::copyOf);
  }

  /**
   * A part of the text, in code points.
   *
   * @param start its first code point, from 0
   * @param end one past the last
   */
  public record Part(int start, int end) {}
}
