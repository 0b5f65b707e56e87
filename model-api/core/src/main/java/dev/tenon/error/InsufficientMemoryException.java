package dev.tenon.error;

/** A stated limit of memory or cache would be exceeded; nothing was allocated. */
public class InsufficientMemoryException extends TenonException {
  private static final long serialVersionUID = 1L;

  /**
   * Creates the exception.
   *
   * @param message {@code what: value (expected: rule)}
   */
  public InsufficientMemoryException(String message) {
    super(message);
  }

  /**
   * Creates the exception with its cause.
   *
   * @param message {@code what: value (expected: rule)}
   * @param cause what happened underneath
   */
  public InsufficientMemoryException(String message, Throwable cause) {
    super(message, cause);
  }
}
