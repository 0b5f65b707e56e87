package dev.tenon.catalog.internal.transfer;

import dev.tenon.catalog.source.FetchListener;

/** Listeners for fetches of several threads. */
public final class Listeners {
  private Listeners() {}

  /** Told by one thread at a time. */
  public static FetchListener oneAtATime(FetchListener listener) {
    Object lock = new Object();
    return (file, done, total) -> {
      synchronized (lock) {
        listener.progress(file, done, total);
      }
    };
  }
}
