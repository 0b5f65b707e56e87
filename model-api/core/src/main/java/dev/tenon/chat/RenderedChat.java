package dev.tenon.chat;

import dev.tenon.model.Tokenizer.Span;
import java.util.List;
import java.util.Optional;

/**
 * A conversation as text.
 *
 * @param text to be encoded without further special tokens
 * @param assistant what the assistant said, in code points of the text, if the template marks it
 */
public record RenderedChat(String text, Optional<List<Span>> assistant) {
  /** Copies. */
  public RenderedChat {
    assistant = assistant.map(List::copyOf);
  }
}
