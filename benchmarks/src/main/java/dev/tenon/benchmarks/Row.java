package dev.tenon.benchmarks;

import dev.tenon.internal.Json;
import dev.tenon.internal.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** A line of JSON that a process prints. */
final class Row {
  private Row() {}

  /**
   * Runs a process to its end.
   *
   * @param environment beside what this process has
   * @return its last row
   * @throws IllegalStateException if it fails or prints none
   */
  static Map<String, ?> of(List<String> command, Path directory, Map<String, String> environment) {
    try {
      Path errors = Files.createTempFile("tenon-benchmark", ".log");
      ProcessBuilder builder =
          new ProcessBuilder(command).directory(directory.toFile()).redirectError(errors.toFile());
      builder.environment().putAll(environment);
      Process process = builder.start();
      String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      int status = process.waitFor();
      List<String> rows = output.lines().filter(line -> line.startsWith("{")).toList();
      if (status != 0 || rows.isEmpty()) {
        throw new IllegalStateException(
            "command: "
                + command
                + ": exit "
                + status
                + ", see "
                + errors
                + " (expected: a line of JSON)");
      }
      Files.delete(errors);
      byte[] last = rows.get(rows.size() - 1).getBytes(StandardCharsets.UTF_8);
      return Json.parseObject(last, command.toString()).toMap();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("command: interrupted (expected: its end)", e);
    }
  }

  /** The number at a path of keys. */
  static double number(Map<String, ?> row, String... path) {
    JsonObject at = JsonObject.of("row", row);
    for (int i = 0; i < path.length - 1; i++) {
      at = at.object(path[i]);
    }
    Object value = at.toMap().get(path[path.length - 1]);
    if (value instanceof Number number) {
      return number.doubleValue();
    }
    throw new IllegalStateException(
        "row: " + row + " (expected: a number at " + String.join(".", path) + ")");
  }
}
