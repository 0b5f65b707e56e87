package dev.tenon.catalog.source;

import java.nio.file.Path;

/**
 * A place that files come from. Its one verb may be called again: what is there already is kept,
 * and what a broken attempt left is gone on with. Safe for threads, one destination at a time.
 */
@FunctionalInterface
public interface ModelSource {
  /**
   * Brings the files. Afterwards the directory holds them all, verified, or is as it was before;
   * what came of a broken attempt waits beside it under a hidden name.
   *
   * @param destination a directory that does not exist, is empty, or was fetched before
   * @throws dev.tenon.catalog.net.TransferException if they cannot be brought; try again
   * @throws dev.tenon.error.InvalidInputException if what comes is not what was promised, or the
   *     destination holds other files
   */
  Fetched fetch(Path destination, FetchListener listener);

  /** {@link #fetch(Path, FetchListener)} without a listener. */
  default Fetched fetch(Path destination) {
    return fetch(destination, FetchListener.NONE);
  }
}
