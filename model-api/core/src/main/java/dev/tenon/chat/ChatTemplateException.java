package dev.tenon.chat;

import dev.tenon.error.InvalidInputException;
import java.util.OptionalInt;

/** A chat template refuses the messages, or is none, or asks for too much. */
public class ChatTemplateException extends InvalidInputException {
  private static final long serialVersionUID = 1L;
  private final int line;

  /**
   * Creates the exception.
   *
   * @param message with the name of the template and the line
   * @param line of the template, from 1; 0 if it is not known
   */
  public ChatTemplateException(String message, int line) {
    super(message);
    this.line = line;
  }

  /** The line of the template, from 1. */
  public OptionalInt line() {
    return line > 0 ? OptionalInt.of(line) : OptionalInt.empty();
  }
}
