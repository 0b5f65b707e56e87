package dev.tenon.cli.catalog;

import dev.tenon.catalog.source.FetchListener;
import java.io.PrintWriter;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** A line for each tenth of a file, on a terminal and in a log alike. Safe for threads. */
final class FetchProgress implements FetchListener {
  private static final double MEGABYTE = 1e6;
  private static final long PART = 10;
  private static final long UNKNOWN_PART = 100_000_000;

  private final PrintWriter err;
  private final Map<String, Long> shown = new ConcurrentHashMap<>();

  FetchProgress(PrintWriter err) {
    this.err = err;
  }

  @Override
  public synchronized void progress(String file, long done, long total) {
    long part = total > 0 ? PART * done / total : done / UNKNOWN_PART;
    Long before = shown.put(file, part);
    if (before == null || before != part) {
      err.printf(Locale.ROOT, "%s %s%n", file, amount(done, total));
      err.flush();
    }
  }

  private static String amount(long done, long total) {
    String megabytes = String.format(Locale.ROOT, "%.1f MB", done / MEGABYTE);
    return total > 0
        ? String.format(
            Locale.ROOT, "%s of %.1f MB, %d %%", megabytes, total / MEGABYTE, 100 * done / total)
        : megabytes;
  }
}
