package dev.tenon.catalog.internal.fetch;

import dev.tenon.catalog.net.TransferException;

/** The rest of a file cannot be had; its part is empty now, so that all of it is asked for. */
final class StaleRangeException extends TransferException {
  private static final long serialVersionUID = 1L;

  StaleRangeException(String message) {
    super(message);
  }
}
