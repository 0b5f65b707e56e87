package dev.tenon.catalog.net;

import dev.tenon.error.InvalidInputException;

/** A URL that the policy does not let us open; no connection was made. */
public class RefusedUrlException extends InvalidInputException {
  private static final long serialVersionUID = 1L;

  /**
   * Creates the exception.
   *
   * @param message {@code what: value (expected: rule)}
   */
  public RefusedUrlException(String message) {
    super(message);
  }
}
