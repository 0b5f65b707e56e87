package dev.tenon.catalog.internal.fetch;

import dev.tenon.catalog.source.FetchListener;

/** Tells a listener of a file four times a second, and at its end. For one thread. */
final class Progress {
  private static final long EVERY_NANOS = 250_000_000;

  private final String name;
  private final FetchListener listener;
  private long last = System.nanoTime();

  Progress(String name, FetchListener listener) {
    this.name = name;
    this.listener = listener;
  }

  void reached(long done, long total) {
    long now = System.nanoTime();
    if (now - last >= EVERY_NANOS) {
      last = now;
      listener.progress(name, done, total);
    }
  }

  void ended(long bytes) {
    listener.progress(name, bytes, bytes);
  }
}
