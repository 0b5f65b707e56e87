package dev.tenon.samples.quickstart;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenon.backend.pytorch.PyTorchBackend;
import dev.tenon.model.Model;
import dev.tenon.model.ModelBackend;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The quickstart with a few entries, a few steps and a tiny network. */
class QuickstartTest {
  private static final Path DATA = Path.of("data");
  private static final int STEPS = 30;

  @TempDir private Path directory;
  private final ByteArrayOutputStream printed = new ByteArrayOutputStream();
  private Quickstart quickstart;

  @BeforeEach
  void prepare() throws IOException {
    Path data = Files.createDirectories(directory.resolve("data"));
    head("train.jsonl", 40, data);
    head("held-out.jsonl", 10, data);
    tinyModel(Files.createDirectories(data.resolve("model")));
    Settings settings = new Settings(data, directory.resolve("model"), STEPS, 7);
    PrintStream out = new PrintStream(printed, true, StandardCharsets.UTF_8);
    quickstart = new Quickstart(settings, out);
  }

  @Test
  void learnsAndAnswersTheSameAfterReloading() {
    ModelBackend backend = new PyTorchBackend();
    List<String> untrained;
    List<String> trained;
    double loss;
    try (Model model = backend.initialize(quickstart.newModel(), quickstart.spec())) {
      untrained = quickstart.answers(model);
      loss = quickstart.train(model).lastEvaluation().get("loss");
      trained = quickstart.answers(model);
    }
    assertThat(loss).isLessThan(Math.log(258) - 1); // log(258): all tokens alike
    assertThat(trained).isNotEqualTo(untrained);
    try (Model model = backend.initializeForInference(quickstart.savedModel())) {
      assertThat(quickstart.answers(model)).isEqualTo(trained);
    }
  }

  @Test
  void printsAnswersCurveAndComparison() {
    quickstart.run();
    assertThat(printed.toString(StandardCharsets.UTF_8))
        .contains(
            "Before training", "HABIT, n. -> ", "step  10/" + STEPS, "held out", "After training")
        .containsPattern("byte bigram, add-one smoothing +\\d\\.\\d{4}")
        .containsPattern("this model +\\d\\.\\d{4}  below: (pass|FAIL)");
  }

  @Test
  void settingsNameWhatTheyDoNotKnow() {
    assertThat(Settings.parse("--seed", "3", "--steps", "9").seed()).isEqualTo(3);
    assertThatThrownBy(() -> Settings.parse("--step", "9")).hasMessageContaining("--steps VALUE");
    assertThatThrownBy(() -> Settings.parse("--steps")).hasMessageContaining("--steps VALUE");
  }

  private static void head(String file, int lines, Path target) throws IOException {
    Files.write(target.resolve(file), Files.readAllLines(DATA.resolve(file)).subList(0, lines));
  }

  private static void tinyModel(Path target) throws IOException {
    Path model = DATA.resolve("model");
    for (String name : List.of("tokenizer.json", "tokenizer_config.json")) {
      Files.copy(model.resolve(name), target.resolve(name));
    }
    String config =
        Files.readString(model.resolve("config.json"))
            .replaceAll("\"hidden_size\": \\d+", "\"hidden_size\": 48")
            .replaceAll("\"intermediate_size\": \\d+", "\"intermediate_size\": 64")
            .replaceAll("\"num_hidden_layers\": \\d+", "\"num_hidden_layers\": 2");
    Files.writeString(target.resolve("config.json"), config);
  }
}
