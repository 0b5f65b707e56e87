package dev.tenon.backend.sharded;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.tenon.error.UnsupportedFeatureException;
import dev.tenon.internal.Problems;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * Operators of DeepSpeed that are compiled for a Python on this machine, in a directory of their
 * own ({@code TORCH_EXTENSIONS_DIR}). Ranks only load them.
 */
final class DeepSpeedOperators {
  /** Files on disk as memory. */
  static final String ASYNC_IO = "async_io";

  /** AdamW on the processor. */
  static final String CPU_ADAM = "cpu_adam";

  private static final String COMPILE =
      """
      import sys
      from deepspeed.ops.op_builder import AsyncIOBuilder, CPUAdamBuilder
      for builder in (CPUAdamBuilder(), AsyncIOBuilder()):
          if not builder.is_compatible(verbose=True):
              sys.exit(f"operator {builder.name}: cannot be compiled here (expected: g++, and libaio-dev for async_io)")
          builder.load(verbose=True)
      """;

  private final Path interpreter;
  private final Path directory;

  /** Those of an interpreter, below a cache directory. */
  DeepSpeedOperators(Path interpreter, Path cache) {
    this.interpreter = interpreter;
    directory = cache.resolve("operators-" + digest(interpreter).substring(0, 16));
  }

  private static String digest(Path interpreter) {
    try {
      byte[] bytes = interpreter.toAbsolutePath().toString().getBytes(UTF_8);
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every Java platform has SHA-256", e);
    }
  }

  /** Minutes of work for a compiler; what is there and fits stays. */
  void compile(Consumer<String> progress) {
    PythonInstaller.run(progress, environment(), interpreter.toString(), "-I", "-c", COMPILE);
  }

  /** What a Python needs to know to find them, and ninja beside itself. */
  Map<String, String> environment() {
    Map<String, String> environment = new LinkedHashMap<>();
    environment.put("TORCH_EXTENSIONS_DIR", directory.toString());
    environment.put("DS_ACCELERATOR", "cpu");
    String path = Objects.requireNonNullElse(System.getenv("PATH"), "/usr/bin:/bin");
    environment.put("PATH", interpreter.toAbsolutePath().getParent() + File.pathSeparator + path);
    return environment;
  }

  /**
   * Refuses what is not there.
   *
   * @throws UnsupportedFeatureException naming the operators and how to compile them
   */
  void require(ShardedOptions options) {
    List<String> missing = new ArrayList<>();
    if (options.nvme().isPresent() && !compiled(ASYNC_IO)) {
      missing.add(ASYNC_IO);
    }
    if (options.cpuAdam() && !compiled(CPU_ADAM)) {
      missing.add(CPU_ADAM);
    }
    if (!missing.isEmpty()) {
      throw new UnsupportedFeatureException(
          Problems.problem(
                  "DeepSpeed operators of " + interpreter,
                  String.join(", ", missing) + " missing",
                  "compiled in " + directory)
              + ". PythonRuntime.prepare, or \"tenon python --prepare\", compiles them, in minutes;"
              + " nothing is compiled unasked");
    }
  }

  private boolean compiled(String operator) {
    if (!Files.isDirectory(directory)) {
      return false;
    }
    try (Stream<Path> all = Files.walk(directory)) {
      return all.anyMatch(x -> x.endsWith(Path.of(operator, operator + ".so")));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
