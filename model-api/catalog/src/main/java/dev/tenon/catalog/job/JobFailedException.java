package dev.tenon.catalog.job;

import dev.tenon.error.TenonException;

/** A job ended without a result. Its log tells more; {@link Jobs#retry} runs it again. */
public class JobFailedException extends TenonException {
  private static final long serialVersionUID = 1L;

  /**
   * Creates the exception.
   *
   * @param message {@code what: value (expected: rule)}
   */
  public JobFailedException(String message) {
    super(message);
  }

  /**
   * Creates the exception with its cause.
   *
   * @param message {@code what: value (expected: rule)}
   * @param cause what happened underneath
   */
  public JobFailedException(String message, Throwable cause) {
    super(message, cause);
  }
}
