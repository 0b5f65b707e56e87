package dev.tenon.cli;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * The command in a JVM of its own; closing it kills it. What it writes to stderr goes to a file.
 *
 * @param process the JVM
 * @param lines its stdout
 * @param stderr its stderr
 */
record TenonProcess(Process process, BufferedReader lines, Path stderr) implements AutoCloseable {
  /** Starts {@code tenon args}. */
  static TenonProcess start(Path stderr, List<?> args) throws IOException {
    return start(stderr, List.of(), args);
  }

  /**
   * Starts {@code tenon args}.
   *
   * @param before words that the operating system sees before those of the JVM
   */
  static TenonProcess start(Path stderr, List<String> before, List<?> args) throws IOException {
    List<String> command = new ArrayList<>(before);
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    // Shared memory of tools counts as a file, which a test may forbid to grow.
    command.add("-XX:-UsePerfData");
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), Tenon.class.getName()));
    args.forEach(x -> command.add(String.valueOf(x)));
    ProcessBuilder builder = new ProcessBuilder(command).redirectError(stderr.toFile());
    builder.environment().put("OMP_WAIT_POLICY", "passive");
    Process process = builder.start();
    return new TenonProcess(process, process.inputReader(StandardCharsets.UTF_8), stderr);
  }

  /** Runs {@code tenon args} to its end. */
  static TenonRun run(Path stderr, List<String> before, List<?> args)
      throws IOException, InterruptedException {
    try (TenonProcess tenon = start(stderr, before, args)) {
      String out = String.join("\n", tenon.lines.lines().toList());
      int code = tenon.process.waitFor();
      return new TenonRun(code, out, Files.readString(stderr));
    }
  }

  /** As {@code kill -9}: the JVM gets no chance to do anything. */
  void kill() throws InterruptedException {
    // Process.destroyForcibly would close the pipe with lines that nobody has read yet.
    process.toHandle().destroyForcibly();
    if (!process.waitFor(60, TimeUnit.SECONDS)) {
      throw new IllegalStateException("process " + process.pid() + " does not die");
    }
  }

  @Override
  public void close() throws IOException {
    process.destroyForcibly();
    lines.close();
  }
}
