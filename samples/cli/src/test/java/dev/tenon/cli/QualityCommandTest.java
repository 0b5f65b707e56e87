package dev.tenon.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.tenon.cli.conformance.Resources;
import dev.tenon.internal.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code tenon quality} and {@code tenon quantize}, on a network with random weights. */
class QualityCommandTest {
  private static final Path LLAMA = Resources.directory("families/llama");

  @TempDir private Path directory;

  private List<Map<String, Object>> quality(Object... more) throws IOException {
    Path text = directory.resolve("text.txt");
    Files.writeString(text, "Once upon a time there was a text of a few words. ".repeat(10));
    List<Object> arguments = new ArrayList<>();
    arguments.addAll(List.of("quality", "--model", LLAMA, "--data", text, "--json"));
    arguments.addAll(Arrays.asList(more));
    TenonRun run = TenonRun.of(arguments.toArray());
    assertThat(run.code()).as(run.err()).isZero();
    return run.out().lines().map(QualityCommandTest::line).toList();
  }

  private static Map<String, Object> line(String line) {
    return Json.parseObject(line.getBytes(StandardCharsets.UTF_8), "line").toMap();
  }

  private static double number(Map<String, Object> line, String key) {
    return ((Number) line.get(key)).doubleValue();
  }

  @Test
  void everyPrecisionIsHeldAgainstF32() throws IOException {
    List<Map<String, Object>> lines = quality();
    assertThat(lines.stream().map(x -> x.get("precision")))
        .containsExactly("f32", "bf16", "int8", "int4");
    assertThat(number(lines.get(0), "perplexity_change")).isZero();
    assertThat(number(lines.get(0), "top1_agreement")).isEqualTo(1);
    double exact = number(lines.get(0), "perplexity");
    for (Map<String, Object> line : lines.subList(1, 4)) {
      double change = number(line, "perplexity_change");
      assertThat(change).isNotZero().isCloseTo(0, within(0.2));
      assertThat(number(line, "perplexity")).isCloseTo(exact * (1 + change), within(1e-9 * exact));
      assertThat(number(line, "top1_agreement")).isBetween(0.3, 1.0);
    }
  }

  @Test
  void aQuantizedDirectoryCostsWhatItsPrecisionCosts() throws IOException {
    Path saved = directory.resolve("int8");
    TenonRun run = TenonRun.of("quantize", "--model", LLAMA, "--output", saved);
    assertThat(run.code()).as(run.err()).isZero();
    Map<String, Object> expected = quality("--precision", "int8").get(1);
    Map<String, Object> found = quality("--quantized", saved).get(1);
    assertThat(found.get("perplexity")).isEqualTo(expected.get("perplexity"));
    Object[] prompt = {"--prompt", "Once", "--max-new-tokens", 5, "--ignore-eos"};
    assertThat(generate(saved, (Object) prompt))
        .isEqualTo(generate(LLAMA, "--precision", "int8", prompt))
        .isNotEmpty();
  }

  private static String generate(Path model, Object... more) {
    List<Object> arguments = new ArrayList<>(List.of("generate", "--model", model));
    for (Object each : more) {
      arguments.addAll(each instanceof Object[] several ? Arrays.asList(several) : List.of(each));
    }
    TenonRun run = TenonRun.of(arguments.toArray());
    assertThat(run.code()).as(run.err()).isZero();
    return run.out();
  }

  @Test
  void floatingPrecisionsAreNoQuantization() {
    TenonRun run =
        TenonRun.of(
            "quantize",
            "--model",
            LLAMA,
            "--output",
            directory.resolve("x"),
            "--precision",
            "bf16");
    assertThat(run.code()).isOne();
    assertThat(run.err()).contains("precision: bf16 (expected: int8 or int4)");
  }
}
