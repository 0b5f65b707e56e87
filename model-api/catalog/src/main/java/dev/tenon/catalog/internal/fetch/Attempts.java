package dev.tenon.catalog.internal.fetch;

import dev.tenon.catalog.net.TransferException;
import java.io.IOException;

/**
 * When a broken transfer is tried again: where bytes came, or the server says that it is busy; a
 * few times, each later than the one before. A mebibyte starts the count anew. For one thread.
 */
final class Attempts {
  private static final int MOST = 5;
  private static final long ENOUGH = 1 << 20;
  private static final long FIRST_MILLIS = 50;

  private boolean moved;
  private int failures;

  /**
   * Counts a failure.
   *
   * @param bytes that came before it
   * @throws TransferException the failure, if it is not to be tried again
   */
  void failed(TransferException failure, long bytes) {
    moved |= bytes > 0;
    failures = bytes >= ENOUGH ? 1 : failures + 1;
    boolean broken = failure.getCause() instanceof IOException && moved;
    boolean again = broken || isBusy(failure) || failure instanceof StaleRangeException;
    if (!again || failures >= MOST) {
      throw failure;
    }
  }

  private static boolean isBusy(TransferException failure) {
    return switch (failure.status().orElse(0)) {
      case 408, 429, 500, 502, 503, 504 -> true;
      default -> false;
    };
  }

  /** Waits before the next attempt. */
  void pause() {
    try {
      Thread.sleep(FIRST_MILLIS << failures);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new TransferException("transfer: interrupted (expected: time to try again)", e);
    }
  }
}
