package dev.tenon.testtiers;

import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** What one tier did so far. */
final class Tally {
  private final Map<String, Integer> skips = new TreeMap<>();
  private int run;
  private int failed;
  private Duration time = Duration.ZERO;

  void run(Duration took, boolean failure) {
    run++;
    failed += failure ? 1 : 0;
    time = time.plus(took);
  }

  void skip(String reason) {
    skips.merge(reason.lines().findFirst().orElse("no reason"), 1, Integer::sum);
  }

  @Override
  public String toString() {
    int skipped = skips.values().stream().mapToInt(Integer::intValue).sum();
    String reasons =
        skips.entrySet().stream()
            .map(skip -> skip.getValue() + " × " + skip.getKey())
            .collect(Collectors.joining("; ", " (", ")"));
    return String.format(
        Locale.ROOT,
        "%d run, %d failed, %d skipped%s, %.1f min",
        run,
        failed,
        skipped,
        skips.isEmpty() ? "" : reasons,
        time.toMillis() / 60_000.0);
  }
}
