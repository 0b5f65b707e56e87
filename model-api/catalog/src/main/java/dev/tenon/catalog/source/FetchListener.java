package dev.tenon.catalog.source;

/** Told how far a fetch is. Called by the fetching thread, at most a few times a second a file. */
@FunctionalInterface
public interface FetchListener {
  /** Listens to nothing. */
  FetchListener NONE = (file, done, total) -> {};

  /**
   * Some bytes are there.
   *
   * @param file its path in the destination, or the archive's name
   * @param done bytes so far, those of an earlier attempt included
   * @param total bytes in all, −1 if nobody told
   */
  void progress(String file, long done, long total);
}
