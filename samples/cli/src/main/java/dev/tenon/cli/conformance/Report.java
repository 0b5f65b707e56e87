package dev.tenon.cli.conformance;

import java.io.PrintWriter;

/** Prints one line a quantity and counts. Not thread-safe. */
final class Report {
  private final PrintWriter out;
  private String folder = "";
  private int passed;
  private int failed;

  /** A report that prints to {@code out}. */
  Report(PrintWriter out) {
    this.out = out;
  }

  /** Names the folder of the lines that follow. */
  void folder(String name) {
    folder = name;
  }

  /** Prints and counts a finding. */
  void add(Finding finding) {
    if (finding.passed()) {
      passed++;
    } else {
      failed++;
    }
    line(finding.toString());
  }

  /** Prints what is not compared, and why; skips are not counted. */
  void skip(String quantity, String reason) {
    line(String.format("%-58s skipped: %s", quantity, reason));
  }

  /** Prints {@code N passed, N failed}. */
  void close() {
    out.printf("%d passed, %d failed%n", passed, failed);
    out.flush();
  }

  /** True when something ran and nothing failed. */
  boolean successful() {
    return passed > 0 && failed == 0;
  }

  private void line(String text) {
    out.printf("%-22s %s%n", folder, text);
    out.flush();
  }
}
