package dev.tenon.backend.sharded;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** Other JVMs with the class path of this one. */
final class ChildJvm {
  private ChildJvm() {}

  static Process start(Class<?> main, String... arguments) throws IOException {
    return builder(main, arguments).start();
  }

  /** Started by another program; what it writes to stderr comes with the rest. */
  static Process start(List<String> before, Class<?> main, String... arguments) throws IOException {
    ProcessBuilder builder = builder(main, arguments);
    builder.command().addAll(0, before);
    return builder.redirectErrorStream(true).start();
  }

  /** With a temporary directory of its own and more in its environment. */
  static Process start(Class<?> main, Path temporary, Map<String, String> environment)
      throws IOException {
    ProcessBuilder builder = builder(main);
    builder.environment().putAll(environment);
    builder.environment().put("JAVA_TOOL_OPTIONS", "-Djava.io.tmpdir=" + temporary);
    return builder.start();
  }

  private static ProcessBuilder builder(Class<?> main, String... arguments) {
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    String classPath =
        Objects.requireNonNullElse(
            System.getProperty("surefire.test.class.path"), System.getProperty("java.class.path"));
    ProcessBuilder builder = new ProcessBuilder(java, "-cp", classPath, main.getName());
    builder.command().addAll(List.of(arguments));
    return builder.redirectError(ProcessBuilder.Redirect.DISCARD);
  }

  /** Waits until it prints a line. */
  static void awaitLine(Process jvm, String expected) throws IOException {
    BufferedReader lines =
        new BufferedReader(new InputStreamReader(jvm.getInputStream(), StandardCharsets.UTF_8));
    String line = lines.readLine();
    while (line != null && !line.equals(expected)) {
      line = lines.readLine();
    }
    assertThat(line).isEqualTo(expected);
  }
}
