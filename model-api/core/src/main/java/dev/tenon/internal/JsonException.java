package dev.tenon.internal;

import dev.tenon.error.InvalidInputException;

/** JSON text is malformed or over a limit; the message names source, place and rule. */
public final class JsonException extends InvalidInputException {
  private static final long serialVersionUID = 1L;
  private final long offset;

  JsonException(String message, long offset, Throwable cause) {
    super(message, cause);
    this.offset = offset;
  }

  JsonException(String message, long offset) {
    super(message);
    this.offset = offset;
  }

  /** Where reading stopped, in bytes from the start of the text. */
  public long offset() {
    return offset;
  }
}
