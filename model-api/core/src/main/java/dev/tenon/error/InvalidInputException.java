package dev.tenon.error;

/** An argument, shape, name or file content is wrong; change the input and call again. */
public class InvalidInputException extends TenonException {
  private static final long serialVersionUID = 1L;

  /**
   * Creates the exception.
   *
   * @param message {@code what: value (expected: rule)}
   */
  public InvalidInputException(String message) {
    super(message);
  }

  /**
   * Creates the exception with its cause.
   *
   * @param message {@code what: value (expected: rule)}
   * @param cause what happened underneath
   */
  public InvalidInputException(String message, Throwable cause) {
    super(message, cause);
  }
}
