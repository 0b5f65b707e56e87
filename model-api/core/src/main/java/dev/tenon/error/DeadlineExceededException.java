package dev.tenon.error;

/** The caller's deadline passed before the work was done; the message tells how far it had come. */
public class DeadlineExceededException extends TenonException {
  private static final long serialVersionUID = 1L;

  /**
   * Creates the exception.
   *
   * @param message {@code what: value (expected: rule)}
   */
  public DeadlineExceededException(String message) {
    super(message);
  }

  /**
   * Creates the exception with its cause.
   *
   * @param message {@code what: value (expected: rule)}
   * @param cause what happened underneath
   */
  public DeadlineExceededException(String message, Throwable cause) {
    super(message, cause);
  }
}
