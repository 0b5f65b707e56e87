package dev.tenon.error;

/** What is asked for is well-formed, but this build, backend or platform cannot do it. */
public class UnsupportedFeatureException extends TenonException {
  private static final long serialVersionUID = 1L;

  /**
   * Creates the exception.
   *
   * @param message {@code what: value (expected: rule)}
   */
  public UnsupportedFeatureException(String message) {
    super(message);
  }

  /**
   * Creates the exception with its cause.
   *
   * @param message {@code what: value (expected: rule)}
   * @param cause what happened underneath
   */
  public UnsupportedFeatureException(String message, Throwable cause) {
    super(message, cause);
  }
}
