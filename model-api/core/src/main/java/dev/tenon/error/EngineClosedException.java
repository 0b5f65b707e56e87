package dev.tenon.error;

/** The engine or session was used after it had been closed. */
public class EngineClosedException extends TenonException {
  private static final long serialVersionUID = 1L;

  /**
   * Creates the exception.
   *
   * @param message {@code what: value (expected: rule)}
   */
  public EngineClosedException(String message) {
    super(message);
  }

  /**
   * Creates the exception with its cause.
   *
   * @param message {@code what: value (expected: rule)}
   * @param cause what happened underneath
   */
  public EngineClosedException(String message, Throwable cause) {
    super(message, cause);
  }
}
