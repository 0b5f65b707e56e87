package dev.tenon.catalog.net;

import dev.tenon.error.TenonException;
import java.util.OptionalInt;

/**
 * Files could not be brought from, or to, another machine. What came so far is kept where the
 * message says nothing else; trying again goes on from there.
 */
public class TransferException extends TenonException {
  private static final long serialVersionUID = 1L;
  private static final int NONE = -1;

  private final int status;

  /**
   * Creates the exception.
   *
   * @param message {@code what: value (expected: rule)}
   */
  public TransferException(String message) {
    super(message);
    this.status = NONE;
  }

  /**
   * Creates the exception with its cause.
   *
   * @param message {@code what: value (expected: rule)}
   * @param cause what happened underneath
   */
  public TransferException(String message, Throwable cause) {
    super(message, cause);
    this.status = NONE;
  }

  /**
   * Creates the exception for an answer.
   *
   * @param message {@code what: value (expected: rule)}
   * @param status of HTTP
   */
  public TransferException(String message, int status) {
    super(message);
    this.status = status;
  }

  /** The status of the answer, if there was one. */
  public OptionalInt status() {
    return status == NONE ? OptionalInt.empty() : OptionalInt.of(status);
  }
}
