package dev.tenon.backend.pytorch.internal;

import dev.tenon.error.TenonException;

/**
 * libtorch refused a call or a script raised an error. The message is the useful first line; {@link
 * #detail()} is all that libtorch said, with the script's own stack.
 */
public final class TorchException extends TenonException {

  private static final long serialVersionUID = 1L;

  private final String detail;

  TorchException(String message, String detail, Throwable cause) {
    super(message, cause);
    this.detail = detail;
  }

  /** libtorch's whole text. */
  public String detail() {
    return detail;
  }
}
