package dev.tenon.cli;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.tenon.internal.Json;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Asks Python transformers what it makes of a model directory; the script tells the forms. */
final class TransformersReference {
  private static final String SCRIPT = "/python/transformers_reference.py";

  private TransformersReference() {}

  /** The interpreter that TENON_PYTHON names; without one the test is skipped. */
  private static String python() {
    String python = System.getenv("TENON_PYTHON");
    assumeTrue(python != null, "TENON_PYTHON names no interpreter");
    return python;
  }

  /** The script's answer. */
  static Map<String, Object> ask(Path directory, Map<String, Object> request, Path scratch)
      throws IOException, InterruptedException {
    return ask(SCRIPT, directory, request, scratch);
  }

  /** The answer of another script. */
  static Map<String, Object> ask(
      String script, Path directory, Map<String, Object> request, Path scratch)
      throws IOException, InterruptedException {
    Path question = Files.writeString(scratch.resolve("request.json"), Json.compact(request));
    Path answer = run(script, scratch, directory.toString(), question.toString());
    return Json.readObject(answer).toMap();
  }

  /** What {@code directories_reference.py} says about each case. */
  static List<?> answers(List<Object> cases, Path scratch)
      throws IOException, InterruptedException {
    String script = "/python/directories_reference.py";
    return (List<?>) ask(script, scratch, Map.of("cases", cases), scratch).get("answers");
  }

  /** The last line that a script of the test resources prints; before it libraries may log. */
  static Path run(String script, Path scratch, String... arguments)
      throws IOException, InterruptedException {
    Path output = scratch.resolve("output.txt");
    Path errors = scratch.resolve("errors.txt");
    List<String> command = new ArrayList<>(List.of(python(), path(script)));
    command.addAll(List.of(arguments));
    Process process =
        new ProcessBuilder(command)
            .redirectOutput(output.toFile())
            .redirectError(errors.toFile())
            .start();
    if (process.waitFor() != 0) {
      throw new IllegalStateException(script + ": " + Files.readString(errors));
    }
    String answer = Files.readString(output).strip();
    return Files.writeString(
        scratch.resolve("answer.json"), answer.substring(answer.lastIndexOf('\n') + 1));
  }

  private static String path(String script) {
    try {
      return Path.of(TransformersReference.class.getResource(script).toURI()).toString();
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  /** A list of numbers of the answer. */
  static double[] numbers(Object list) {
    return ((List<?>) list).stream().mapToDouble(x -> ((Number) x).doubleValue()).toArray();
  }
}
