package dev.tenon.catalog.job;

import dev.tenon.error.CheckpointException;

/**
 * A job changed files that it was given to read. Its result is not kept; the version it was given
 * is damaged and must be fetched or made again.
 */
public class ChangedSourceException extends CheckpointException {
  private static final long serialVersionUID = 1L;

  /**
   * Creates the exception.
   *
   * @param message names the file
   * @param cause what the check of the digests found
   */
  public ChangedSourceException(String message, Throwable cause) {
    super(message, cause);
  }
}
