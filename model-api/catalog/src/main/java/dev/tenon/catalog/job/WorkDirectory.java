package dev.tenon.catalog.job;

import dev.tenon.internal.Durable;
import dev.tenon.internal.FileTree;
import dev.tenon.internal.Json;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;

/** The working directory of a process that runs a job. */
final class WorkDirectory {
  /** A script is smaller, weights are larger. */
  private static final long MOST_COPIED = 16L << 20;

  private static final byte[] SCRIPT = {'#', '!'};

  private WorkDirectory() {}

  /** Makes it anew, with nothing but the parameters. */
  static void renew(Attempt attempt) throws IOException {
    JobFiles files = attempt.files();
    Durable.deleteTree(files.work());
    Files.createDirectory(files.work());
    Files.write(files.params(), Json.pretty(attempt.params()).getBytes(StandardCharsets.UTF_8));
  }

  /**
   * The same, and what the source holds, so that a command such as {@code ./train.sh} finds its
   * code: copies that may be written, links to what is larger than 16 MiB. Scripts may be run.
   */
  static void renewWithSource(Attempt attempt) throws IOException {
    renew(attempt);
    if (attempt.saved().isEmpty()) {
      return;
    }
    Path work = attempt.files().work();
    for (Map.Entry<String, Path> file : FileTree.files(attempt.saved().get()).entrySet()) {
      Path target = work.resolve(file.getKey());
      if (!Files.exists(target)) {
        Files.createDirectories(Durable.parent(target));
        put(file.getValue(), target);
      }
    }
  }

  private static void put(Path file, Path target) throws IOException {
    if (Files.size(file) > MOST_COPIED) {
      try {
        Files.createSymbolicLink(target, file.toAbsolutePath());
        return;
      } catch (IOException | UnsupportedOperationException e) {
        // A system without links: the process gets a copy.
        Files.deleteIfExists(target);
      }
    }
    // Not Files.copy, which would copy that the file is read-only.
    try (InputStream in = Files.newInputStream(file)) {
      Files.copy(in, target);
    }
    if (isScript(file) && !target.toFile().setExecutable(true)) {
      throw new IOException(target + " cannot be made executable");
    }
  }

  private static boolean isScript(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      return Arrays.equals(in.readNBytes(SCRIPT.length), SCRIPT);
    }
  }
}
