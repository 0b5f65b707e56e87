package dev.tenon.catalog.testing;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.tenon.internal.Json;
import dev.tenon.internal.JsonObject;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** The interpreter that TENON_PYTHON names. */
public final class Python {
  private Python() {}

  /** Its path; without one the test is skipped. */
  public static String interpreter() {
    String python = System.getenv("TENON_PYTHON");
    assumeTrue(python != null, "TENON_PYTHON names no interpreter");
    return python;
  }

  /**
   * Runs a script of the test resources.
   *
   * @param environment variables besides those of this process; a proxy and a hub are not inherited
   * @return the last line that it prints
   */
  public static JsonObject run(
      String script, Map<String, String> environment, Path scratch, String... arguments)
      throws IOException, InterruptedException {
    Path output = scratch.resolve("output.txt");
    Path errors = scratch.resolve("errors.txt");
    List<String> command = new ArrayList<>(List.of(interpreter(), resource(script).toString()));
    command.addAll(Arrays.asList(arguments));
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectOutput(output.toFile()).redirectError(errors.toFile());
    builder.environment().keySet().removeIf(x -> x.startsWith("HF_"));
    builder.environment().put("NO_PROXY", "*");
    builder.environment().putAll(environment);
    Process process = builder.start();
    if (!process.waitFor(5, TimeUnit.MINUTES) || process.exitValue() != 0) {
      process.destroyForcibly();
      throw new AssertionError(script + ": " + Files.readString(errors));
    }
    List<String> lines = Files.readAllLines(output);
    String last = lines.get(lines.size() - 1);
    return Json.parseObject(last.getBytes(StandardCharsets.UTF_8), script);
  }

  private static Path resource(String script) {
    try {
      return Path.of(Python.class.getResource("/python/" + script).toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }
}
