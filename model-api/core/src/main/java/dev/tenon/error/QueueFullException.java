package dev.tenon.error;

/** A bounded queue is full; nothing was started. Call again later, or send the work elsewhere. */
public class QueueFullException extends TenonException {
  private static final long serialVersionUID = 1L;

  /**
   * Creates the exception.
   *
   * @param message {@code what: value (expected: rule)}
   */
  public QueueFullException(String message) {
    super(message);
  }

  /**
   * Creates the exception with its cause.
   *
   * @param message {@code what: value (expected: rule)}
   * @param cause what happened underneath
   */
  public QueueFullException(String message, Throwable cause) {
    super(message, cause);
  }
}
