package dev.tenon.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.cli.conformance.Resources;
import dev.tenon.internal.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FinetuneCommandTest {
  private static final Path MODEL = Resources.directory("families/llama");

  @TempDir private Path directory;
  private Path data;
  private Path output;

  @BeforeEach
  void writeData() throws IOException {
    data = directory.resolve("data.jsonl");
    output = directory.resolve("out");
    Files.write(
        data,
        List.of(
            "{\"prompt\": \"The harbour was\", \"answer\": \" quiet\"}",
            "{\"prompt\": \"The boats\", \"answer\": \" rocked gently\"}",
            "{\"prompt\": \"An old man\", \"completion\": \" walked\"}"));
  }

  @Test
  void printsOneJsonObjectAStepWithExactlyTheseKeys() {
    TenonRun run = finetune("--steps", 4, "--json");

    assertThat(run.code()).as(run.err()).isZero();
    assertThat(run.lines()).hasSize(4);
    for (int step = 1; step <= 4; step++) {
      Map<?, ?> line =
          Json.parseObject(run.lines().get(step - 1).getBytes(StandardCharsets.UTF_8), "line")
              .toMap();
      assertThat(line.keySet())
          .extracting(String::valueOf)
          .containsExactly("step", "loss", "grad_norm", "learning_rate", "tokens");
      assertThat(((Number) line.get("step")).longValue()).isEqualTo(step);
    }
  }

  @Test
  void anEpochIsOnePassOverTheData() {
    TenonRun one = finetune("--epochs", 1);
    output = directory.resolve("three");
    TenonRun three = finetune("--epochs", 3);

    assertThat(one.lines()).as(one.err()).hasSizeGreaterThan(1);
    assertThat(three.lines()).as(three.err()).hasSize(3 * one.lines().size());
    assertThat(finetune("--epochs", 3, "--steps", 3).code()).isEqualTo(2);
    assertThat(finetune().err()).contains("--steps=N", "--epochs=N");
  }

  @Test
  void learnsAndSavesADirectoryThatGenerates() {
    TenonRun run =
        finetune("--steps", 12, "--json", "--learning-rate", 1e-2, "--schedule", "constant");
    TenonRun generated =
        TenonRun.of(
            "generate",
            "--model",
            output,
            "--prompt",
            "The harbour was",
            "--max-new-tokens",
            5,
            "--json");

    assertThat(loss(run, 11)).isLessThan(0.5 * loss(run, 0));
    assertThat(output)
        .isDirectoryContaining("glob:**/config.json")
        .isDirectoryContaining("glob:**/model.safetensors");
    Map<?, ?> answer =
        Json.parseObject(generated.out().getBytes(StandardCharsets.UTF_8), "answer").toMap();
    assertThat(answer.keySet())
        .extracting(String::valueOf)
        .containsExactly("text", "token_ids", "logprobs", "finish_reason");
    assertThat((List<?>) answer.get("token_ids")).hasSizeBetween(1, 5);
  }

  @Test
  void adaptersAreLearnedSavedAloneAndGenerate() {
    TenonRun run =
        finetune(
            "--steps",
            12,
            "--json",
            "--learning-rate",
            2e-2,
            "--schedule",
            "constant",
            "--lora-rank",
            4,
            "--lora-alpha",
            8,
            "--lora-targets",
            "q_proj,v_proj,down_proj");
    TenonRun plain = generate();
    TenonRun adapted = generate("--adapter", output);

    assertThat(run.code()).as(run.err()).isZero();
    assertThat(loss(run, 11)).isLessThan(0.8 * loss(run, 0));
    assertThat(output)
        .isDirectoryContaining("glob:**/adapter_config.json")
        .isDirectoryContaining("glob:**/adapter_model.safetensors")
        .isDirectoryNotContaining("glob:**/model.safetensors");
    assertThat(adapted.code()).as(adapted.err()).isZero();
    assertThat(adapted.out()).isNotEqualTo(plain.out());
  }

  private TenonRun generate(Object... more) {
    Object[] fixed = {
      "generate", "--model", MODEL, "--prompt", "The harbour was", "--max-new-tokens", 5, "--json"
    };
    return TenonRun.of(Stream.concat(Stream.of(fixed), Stream.of(more)).toArray());
  }

  @Test
  void frozenParametersAreNotTrained() {
    TenonRun some = finetune("--steps", 1, "--json", "--freeze", "embed_tokens");
    output = directory.resolve("all");
    TenonRun all = finetune("--steps", 1, "--json");
    assertThat(number(some, "grad_norm")).isLessThan(number(all, "grad_norm"));
    assertThat(finetune("--steps", 1, "--train-only", "haed").err()).contains("haed");
  }

  private static double number(TenonRun run, String key) {
    return ((Number)
            Json.parseObject(run.lines().get(0).getBytes(StandardCharsets.UTF_8), "line")
                .toMap()
                .get(key))
        .doubleValue();
  }

  @Test
  void theSameSeedPrintsTheSameNumbers() {
    TenonRun first = finetune("--steps", 3, "--json", "--seed", 7);
    output = directory.resolve("again");
    TenonRun again = finetune("--steps", 3, "--json", "--seed", 7);

    assertThat(again.out()).isEqualTo(first.out());
  }

  @Test
  void textLinesNameTheSameQuantities() {
    TenonRun run = finetune("--steps", 1);

    assertThat(run.lines())
        .singleElement()
        .asString()
        .matches("step 1  loss \\S+  grad_norm \\S+  learning_rate \\S+  tokens \\d+");
  }

  @Test
  void evaluationGoesToStderr() {
    TenonRun run = finetune("--steps", 2, "--json", "--eval-data", data, "--eval-steps", 1);

    assertThat(run.lines()).hasSize(2);
    assertThat(run.err().lines()).hasSize(2).allMatch(x -> x.startsWith("evaluation after step "));
  }

  @Test
  void malformedDataNamesFileAndLineAndWritesNothing() throws IOException {
    Files.writeString(data, "{\"prompt\": \"a\", \"answer\": \"b\"}\nnot json\n");

    TenonRun run = finetune("--steps", 1);

    assertThat(run.code()).isEqualTo(1);
    assertThat(run.out()).isEmpty();
    assertThat(run.err()).contains("data.jsonl:2");
    assertThat(output).doesNotExist();
  }

  @Test
  void foreignOutputDirectoryIsRefusedBeforeTraining() throws IOException {
    Files.createDirectories(output);
    Files.writeString(output.resolve("mine.txt"), "precious");

    TenonRun run = finetune("--steps", 2);

    assertThat(run.code()).isEqualTo(1);
    assertThat(run.out()).as("no step was taken").isEmpty();
    assertThat(output.resolve("mine.txt")).hasContent("precious");
  }

  private TenonRun finetune(Object... more) {
    Object[] fixed = {
      "finetune", "--model", MODEL, "--data", data, "--output", output, "--batch-tokens", 16
    };
    Object[] all = new Object[fixed.length + more.length];
    System.arraycopy(fixed, 0, all, 0, fixed.length);
    System.arraycopy(more, 0, all, fixed.length, more.length);
    return TenonRun.of(all);
  }

  private static double loss(TenonRun run, int line) {
    return ((Number)
            Json.parseObject(run.lines().get(line).getBytes(StandardCharsets.UTF_8), "line")
                .toMap()
                .get("loss"))
        .doubleValue();
  }
}
