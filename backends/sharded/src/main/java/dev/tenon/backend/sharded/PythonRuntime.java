package dev.tenon.backend.sharded;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.tenon.error.InvalidInputException;
import dev.tenon.error.UnsupportedFeatureException;
import dev.tenon.internal.Json;
import dev.tenon.internal.JsonObject;
import dev.tenon.internal.Problems;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/**
 * The Python that ranks run in: the one that the environment variable {@value #VARIABLE} names,
 * else a configured one, else Tenon's own virtual environment, which {@link #install} makes and
 * nothing else does. Immutable and safe for threads.
 */
public final class PythonRuntime {
  /** Names an interpreter. */
  public static final String VARIABLE = "TENON_PYTHON";

  private static final String CHECK =
      """
      import json, sys
      from importlib import metadata
      found = {"python": "%d.%d.%d" % sys.version_info[:3]}
      for name in sys.argv[1:]:
          try:
              found[name] = metadata.version(name)
          except metadata.PackageNotFoundError:
              pass
      print(json.dumps(found))
      """;

  private final Path interpreter;
  private final DeepSpeedOperators operators;

  private PythonRuntime(Path interpreter, UnaryOperator<String> environment) {
    this.interpreter = interpreter;
    operators = new DeepSpeedOperators(interpreter, base(environment));
  }

  /**
   * The interpreter to use, whether or not it is there.
   *
   * @param configured what the application names, if anything
   */
  public static PythonRuntime find(Optional<Path> configured) {
    return find(configured, name -> Optional.ofNullable(System.getenv(name)).orElse(""));
  }

  static PythonRuntime find(Optional<Path> configured, UnaryOperator<String> environment) {
    String named = environment.apply(VARIABLE);
    return new PythonRuntime(
        named.isEmpty() ? configured.orElseGet(() -> own(environment)) : Path.of(named),
        environment);
  }

  private static Path own(UnaryOperator<String> environment) {
    return cache(environment).resolve("bin").resolve("python");
  }

  /** One environment for each set of requirements, so that a newer Tenon makes a new one. */
  private static Path cache(UnaryOperator<String> environment) {
    return base(environment).resolve("python-" + PythonRequirements.digest().substring(0, 16));
  }

  private static Path base(UnaryOperator<String> environment) {
    String home = environment.apply("XDG_CACHE_HOME");
    Path cache =
        home.isEmpty() ? Path.of(System.getProperty("user.home"), ".cache") : Path.of(home);
    return cache.resolve("tenon");
  }

  /** The interpreter. */
  public Path interpreter() {
    return interpreter;
  }

  /**
   * What is missing for a library, each as {@code what: value (expected: rule)}; nothing if ranks
   * can start. Loads no package.
   */
  public List<String> missing(ShardingEngine engine) {
    if (!Files.isExecutable(interpreter)) {
      return List.of(
          Problems.problem("Python interpreter", interpreter, "a program that can be run"));
    }
    List<String> packages = PythonRequirements.packages(engine);
    List<String> command = new ArrayList<>(List.of(interpreter.toString(), "-I", "-c", CHECK));
    command.addAll(packages);
    JsonObject found = Json.parseObject(output(command).getBytes(UTF_8), interpreter.toString());
    List<String> missing = new ArrayList<>();
    if (!atLeast(found.string("python"), 3, 10)) {
      missing.add(Problems.problem("Python", found.string("python"), "3.10 or newer"));
    }
    packages.stream()
        .filter(name -> !found.has(name))
        .forEach(
            name ->
                missing.add(
                    Problems.problem(
                        "Python package " + name, "missing", PythonRequirements.pinned(name))));
    return missing;
  }

  private static boolean atLeast(String version, int major, int minor) {
    String[] parts = version.split("\\.", -1);
    int found = Integer.parseInt(parts[0]);
    return found > major || (found == major && Integer.parseInt(parts[1]) >= minor);
  }

  /**
   * The interpreter, complete.
   *
   * @throws UnsupportedFeatureException naming everything that is missing and how to install it
   */
  Path require(ShardingEngine engine) {
    List<String> missing = missing(engine);
    if (!missing.isEmpty()) {
      throw new UnsupportedFeatureException(
          String.join("; ", missing)
              + ". PythonRuntime.install, or \"tenon python --install\", makes a complete"
              + " environment; nothing is installed unasked");
    }
    return interpreter;
  }

  /**
   * Makes Tenon's own virtual environment from the pinned requirements: some gigabytes from the
   * package index that pip is set up for, minutes. An environment that is there and complete stays.
   *
   * @param base a Python of 3.10 or newer
   * @param progress gets pip's lines
   * @throws UnsupportedFeatureException if a step fails, with its last lines
   */
  public static PythonRuntime install(Path base, Consumer<String> progress) {
    UnaryOperator<String> environment = name -> Optional.ofNullable(System.getenv(name)).orElse("");
    PythonRuntime made = new PythonRuntime(own(environment), environment);
    if (made.missing(ShardingEngine.DEEPSPEED).isEmpty()) {
      return made;
    }
    PythonInstaller.install(base, cache(environment), progress);
    List<String> missing = made.missing(ShardingEngine.DEEPSPEED);
    if (!missing.isEmpty()) {
      throw new UnsupportedFeatureException(String.join("; ", missing));
    }
    return made;
  }

  /**
   * Compiles the operators of DeepSpeed that offload to NVMe and its own AdamW need, for this
   * interpreter: minutes. A C++ compiler and the headers of libaio must be there.
   *
   * @param progress gets the compiler's lines
   * @throws UnsupportedFeatureException if it fails, with its last lines
   */
  public void prepare(Consumer<String> progress) {
    Path unused = require(ShardingEngine.DEEPSPEED);
    operators.compile(progress);
  }

  /**
   * The variables by which ranks find compiled operators.
   *
   * @throws UnsupportedFeatureException if one that the options need is not compiled
   */
  Map<String, String> operators(ShardedOptions options) {
    operators.require(options);
    return operators.environment();
  }

  private static String output(List<String> command) {
    try {
      Process process =
          new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
      process.getOutputStream().close();
      String output = new String(process.getInputStream().readAllBytes(), UTF_8);
      int code = process.waitFor();
      if (code != 0) {
        throw new InvalidInputException(
            Problems.problem(command.get(0), "exit status " + code, "a Python 3.10 or newer"));
      }
      return output;
    } catch (IOException e) {
      throw new InvalidInputException(Problems.problem(command.get(0), e, "a Python"), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InvalidInputException(
          Problems.problem(command.get(0), "interrupted", "a reply"), e);
    }
  }

  /** The interpreter. */
  @Override
  public String toString() {
    return "PythonRuntime(" + interpreter + ")";
  }
}
