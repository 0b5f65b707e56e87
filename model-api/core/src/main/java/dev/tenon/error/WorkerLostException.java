package dev.tenon.error;

/**
 * A process that computed for an engine is gone, hangs, or came back without its state. The engine
 * is of no more use: close it, make another one and go on from the last saved state, which the
 * message names if there is one.
 */
public class WorkerLostException extends TenonException {
  private static final long serialVersionUID = 1L;

  /**
   * Creates the exception.
   *
   * @param message {@code what: value (expected: rule)}
   */
  public WorkerLostException(String message) {
    super(message);
  }

  /**
   * Creates the exception with its cause.
   *
   * @param message {@code what: value (expected: rule)}
   * @param cause what happened underneath
   */
  public WorkerLostException(String message, Throwable cause) {
    super(message, cause);
  }
}
