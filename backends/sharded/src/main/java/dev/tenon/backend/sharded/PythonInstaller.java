package dev.tenon.backend.sharded;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.tenon.error.UnsupportedFeatureException;
import dev.tenon.internal.Problems;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** Makes a virtual environment, step by step. */
final class PythonInstaller {
  private static final int TOLD_LINES = 20;

  private PythonInstaller() {}

  /** Isolated ({@code -I}): what lies in the working directory is not run. */
  static void install(Path base, Path environment, Consumer<String> progress) {
    String python = environment.resolve("bin").resolve("python").toString();
    run(progress, Map.of(), base.toString(), "-I", "-m", "venv", "--clear", environment.toString());
    Path requirements = write(environment, PythonRequirements.BASE);
    run(progress, Map.of(), python, "-I", "-m", "pip", "install", "-r", requirements.toString());
    // DeepSpeed looks for torch while it is built, and compiles nothing that is not asked for.
    run(
        progress,
        Map.of("DS_BUILD_OPS", "0", "DS_ACCELERATOR", "cpu"),
        python,
        "-I",
        "-m",
        "pip",
        "install",
        "--no-build-isolation",
        "-r",
        write(environment, PythonRequirements.DEEPSPEED).toString());
  }

  private static Path write(Path environment, String file) {
    try {
      return Files.writeString(environment.resolve(file), PythonRequirements.text(file));
    } catch (IOException e) {
      throw new UnsupportedFeatureException(
          Problems.problem("Python environment " + environment, e, "a writable directory"), e);
    }
  }

  static void run(Consumer<String> progress, Map<String, String> variables, String... command) {
    progress.accept(String.join(" ", command));
    ProcessBuilder builder = new ProcessBuilder(List.of(command)).redirectErrorStream(true);
    builder.environment().putAll(variables);
    Deque<String> last = new ArrayDeque<>();
    try {
      Process process = builder.start();
      process.getOutputStream().close();
      try (BufferedReader lines =
          new BufferedReader(new InputStreamReader(process.getInputStream(), UTF_8))) {
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
          progress.accept(line);
          last.addLast(line);
          if (last.size() > TOLD_LINES) {
            last.removeFirst();
          }
        }
      }
      int code = process.waitFor();
      if (code != 0) {
        throw new UnsupportedFeatureException(
            Problems.problem(
                String.join(" ", command),
                "exit status " + code + ":\n" + String.join("\n", last),
                "0"));
      }
    } catch (IOException e) {
      throw new UnsupportedFeatureException(
          Problems.problem(String.join(" ", command), e, "a program that runs"), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new UnsupportedFeatureException(
          Problems.problem(String.join(" ", command), "interrupted", "its end"), e);
    }
  }
}
