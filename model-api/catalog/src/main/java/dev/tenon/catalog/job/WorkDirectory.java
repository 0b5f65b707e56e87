package dev.tenon.catalog.job;

import dev.tenon.internal.Durable;
import dev.tenon.internal.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;

/** The working directory of a process that runs a job. */
final class WorkDirectory {
  private WorkDirectory() {}

  /** Makes it anew, with nothing but the parameters. */
  static void renew(Attempt attempt) throws IOException {
    JobFiles files = attempt.files();
    Durable.deleteTree(files.work());
    Files.createDirectory(files.work());
    Files.write(files.params(), Json.pretty(attempt.params()).getBytes(StandardCharsets.UTF_8));
  }
}
