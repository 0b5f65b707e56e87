package dev.tenon.cli.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.backend.pytorch.PyTorchBackend;
import dev.tenon.internal.Json;
import dev.tenon.tensor.NamedArray;
import dev.tenon.tensor.TensorData;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code -Doracle.families=DIR} names another directory of folders of the same form. */
class ConformanceTest {
  @TempDir private Path directory;

  @Test
  void theBackendGivesTheOraclesNumbers() {
    Path families = Resources.directory("oracle.families", "families");

    Run run = run(Optional.empty(), families);

    System.out.print(run.text());
    assertThat(run.successful()).as(run.failures().toString()).isTrue();
  }

  @Test
  void theDumpHoldsWhatTheOracleHasInItsShapes() throws IOException {
    Path folder = Resources.directory("families/llama");

    run(Optional.of(directory), folder);

    OracleFolder expected = OracleReader.folder(folder);
    NamedArray dumped = OracleReader.tensors(directory.resolve("llama.safetensors"));
    for (String name : expected.tensors().names()) {
      boolean input = List.of("input_ids", "attention_mask", "labels").contains(name);
      TensorData reference = expected.tensors().get(name);
      assertThat(dumped.find(name).map(TensorData::shape))
          .isEqualTo(input ? Optional.empty() : Optional.of(reference.shape()));
    }
    assertThat(dumped.has("inference.logits")).isTrue();
    Map<?, ?> numbers =
        Json.parseObject(
                Files.readString(directory.resolve("llama.json")).getBytes(StandardCharsets.UTF_8),
                "dump")
            .toMap();
    JsonObject json = new JsonObject("dump", numbers);
    assertThat(json.number("loss"))
        .isCloseTo(expected.numbers().loss(), org.assertj.core.data.Offset.offset(2e-5));
    assertThat(json.object("adamw").numbers("losses")).hasSize(3);
    assertThat(json.object("adamw").numbers("grad_norms")).hasSize(3);
    assertThat(json.object("adamw").has("loss_after")).isTrue();
    assertThat(json.objects("greedy").get(0).ids("tokens"))
        .isEqualTo(expected.numbers().greedy().get(0).tokens());
  }

  @Test
  void wrongExpectationsFailByName() throws IOException {
    Path folder = copy("llama-bf16-v4config");
    replace(folder.resolve("expected.json"), "\"loss\": ", "\"loss\": 1");
    replace(folder.resolve("tokenizer_cases.json"), "\"decode\": \"", "\"decode\": \"planted");

    Run run = run(Optional.empty(), folder);

    assertThat(run.successful()).isFalse();
    assertThat(run.failures()).contains("loss", "inference.loss", "tokenizer.decode");
  }

  @Test
  void otherFamiliesAndKindsAreSkippedByNameAndNothingRunIsNoSuccess() throws IOException {
    Path folder = copy("llama");
    replace(
        folder.resolve("config.json"), "\"model_type\": \"llama\"", "\"model_type\": \"mamba\"");

    Run run = run(Optional.empty(), folder);

    assertThat(run.text())
        .contains("skipped: model_type mamba has no code yet")
        .contains("0 passed, 0 failed");
    assertThat(run.successful()).isFalse();
  }

  @Test
  void aFolderThatCannotBeReadFails() throws IOException {
    Path folder = copy("llama");
    Files.writeString(folder.resolve("expected.json"), "{}");

    Run run = run(Optional.empty(), folder);

    assertThat(run.failures()).containsExactly("folder");
  }

  private Path copy(String name) throws IOException {
    Path target = Files.createDirectory(directory.resolve(name));
    try (Stream<Path> files = Files.list(Resources.directory("families/" + name))) {
      for (Path file : files.toList()) {
        Files.copy(file, target.resolve(file.getFileName().toString()));
      }
    }
    return target;
  }

  private static void replace(Path file, String from, String to) throws IOException {
    String text = Files.readString(file);
    int at = text.indexOf(from);
    assertThat(at).as(from).isNotNegative();
    Files.writeString(file, text.substring(0, at) + to + text.substring(at + from.length()));
  }

  private static Run run(Optional<Path> dump, Path directory) {
    StringWriter text = new StringWriter();
    boolean successful =
        new Conformance(new PyTorchBackend(), dump, 30)
            .run(List.of(directory), new PrintWriter(text));
    return new Run(successful, text.toString());
  }

  private record Run(boolean successful, String text) {
    List<String> failures() {
      return text.lines()
          .filter(x -> x.contains(" FAILED"))
          .map(x -> x.trim().split("\\s+")[1])
          .toList();
    }
  }
}
