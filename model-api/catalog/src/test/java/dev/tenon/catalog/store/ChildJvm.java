package dev.tenon.catalog.store;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/** Other JVMs with the class path of this one. */
final class ChildJvm {
  private ChildJvm() {}

  /** Starts one with a small heap, for many may run at once; its stderr comes with the rest. */
  static Process start(Class<?> main, Object... arguments) throws IOException {
    return builder(main, arguments).start();
  }

  /** Starts one that writes to a file, for what a pipe holds is lost when it is killed. */
  static Process startInto(Path output, Class<?> main, Object... arguments) throws IOException {
    return builder(main, arguments).redirectOutput(output.toFile()).start();
  }

  private static ProcessBuilder builder(Class<?> main, Object... arguments) {
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    String classPath =
        Objects.requireNonNullElse(
            System.getProperty("surefire.test.class.path"), System.getProperty("java.class.path"));
    ProcessBuilder builder =
        new ProcessBuilder(java, "-Xmx256m", "-XX:TieredStopAtLevel=1", "-cp", classPath);
    builder.command().add(main.getName());
    builder.command().addAll(Arrays.stream(arguments).map(String::valueOf).toList());
    return builder.redirectErrorStream(true);
  }

  /** Waits until it prints a line. */
  static void await(Process jvm, String expected) throws IOException {
    BufferedReader lines = jvm.inputReader();
    List<String> before = new ArrayList<>();
    for (String line = lines.readLine(); !expected.equals(line); line = lines.readLine()) {
      if (line == null) {
        throw new IllegalStateException("a child ended after " + before);
      }
      before.add(line);
    }
  }

  /** The lines of a file that were written to their end. */
  static List<String> wholeLines(Path output) throws IOException {
    String text = Files.readString(output);
    return text.substring(0, text.lastIndexOf('\n') + 1).lines().toList();
  }

  /** All lines until it ends, which it must do well. */
  static List<String> lines(Process jvm) throws IOException, InterruptedException {
    List<String> lines = jvm.inputReader().lines().toList();
    if (jvm.waitFor() != 0) {
      throw new IllegalStateException("a child ended with " + jvm.exitValue() + ": " + lines);
    }
    return lines;
  }
}
