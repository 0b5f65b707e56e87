package dev.tenon.cli;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** A Java process with the class path of the tests, less some jars. */
public final class ChildJvm {
  private final Class<?> main;
  private final List<String> options = new ArrayList<>();
  private final Map<String, String> environment = new TreeMap<>(System.getenv());
  private String classPath = System.getProperty("java.class.path");

  /** What it left: exit code, and stdout and stderr together. */
  public record Result(int code, String output) {}

  public ChildJvm(Class<?> main) {
    this.main = main;
  }

  public ChildJvm withoutJars(String part) {
    classPath =
        Arrays.stream(classPath.split(File.pathSeparator))
            .filter(x -> !x.contains(part))
            .collect(Collectors.joining(File.pathSeparator));
    return this;
  }

  public ChildJvm option(String option) {
    options.add(option);
    return this;
  }

  public ChildJvm environment(String name, String value) {
    environment.put(name, value);
    return this;
  }

  public ChildJvm withoutEnvironment(String name) {
    environment.remove(name);
    return this;
  }

  public Result run(Object... arguments) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(options);
    command.addAll(List.of("-cp", classPath, main.getName()));
    Arrays.stream(arguments).map(String::valueOf).forEach(command::add);
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().clear();
    builder.environment().putAll(environment);
    Process process = builder.start();
    try {
      String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      return new Result(process.waitFor(), output);
    } finally {
      process.destroyForcibly();
    }
  }
}
