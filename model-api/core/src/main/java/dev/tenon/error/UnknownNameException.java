package dev.tenon.error;

/** A registered name, parameter or field does not exist; the message lists the known ones. */
public class UnknownNameException extends TenonException {
  private static final long serialVersionUID = 1L;

  /**
   * Creates the exception.
   *
   * @param message {@code what: value (expected: rule)}
   */
  public UnknownNameException(String message) {
    super(message);
  }

  /**
   * Creates the exception with its cause.
   *
   * @param message {@code what: value (expected: rule)}
   * @param cause what happened underneath
   */
  public UnknownNameException(String message, Throwable cause) {
    super(message, cause);
  }
}
