package dev.tenon.error;

/** A checkpoint on disk is damaged, incomplete, unsafe or cannot be written. */
public class CheckpointException extends TenonException {
  private static final long serialVersionUID = 1L;

  /**
   * Creates the exception.
   *
   * @param message {@code what: value (expected: rule)}
   */
  public CheckpointException(String message) {
    super(message);
  }

  /**
   * Creates the exception with its cause.
   *
   * @param message {@code what: value (expected: rule)}
   * @param cause what happened underneath
   */
  public CheckpointException(String message, Throwable cause) {
    super(message, cause);
  }
}
