package dev.tenon.error;

/**
 * Root of all exceptions that Tenon throws on purpose. Its message says what was wrong, the value
 * found and the rule: {@code what: value (expected: rule)}.
 */
public class TenonException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /**
   * Creates the exception.
   *
   * @param message {@code what: value (expected: rule)}
   */
  public TenonException(String message) {
    super(message);
  }

  /**
   * Creates the exception with its cause.
   *
   * @param message {@code what: value (expected: rule)}
   * @param cause what happened underneath
   */
  public TenonException(String message, Throwable cause) {
    super(message, cause);
  }
}
