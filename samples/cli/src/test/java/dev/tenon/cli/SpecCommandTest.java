package dev.tenon.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.internal.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SpecCommandTest {
  @TempDir Path directory;
  private Path good = Path.of("");
  private Path bad = Path.of("");

  @BeforeEach
  void descriptions() throws IOException {
    good = directory.resolve("good.yaml");
    Files.writeString(
        good, "framework: transformers\nname: a b\nservices: [fill-mask]\nsourceKind: upload\n");
    bad = directory.resolve("bad.yaml");
    Files.writeString(
        bad, "kind: Model\nmetadata: {name: con}\nspec: {training: {mode: Retrain}}\n");
  }

  @Test
  void aDescriptionThatIsRightIsSummedUp() {
    TenonRun run = TenonRun.of("spec", "check", good);
    assertThat(run.code()).isZero();
    assertThat(run.out()).isEqualToIgnoringNewLines(good + ": Model a-b, dyff, servable");
  }

  @Test
  void everythingThatIsWrongIsTold() {
    TenonRun run = TenonRun.of("spec", "check", good, bad);
    assertThat(run.code()).isEqualTo(1);
    assertThat(run.out().lines())
        .anyMatch(x -> x.startsWith(bad + ":2:12: metadata.name: NAME: con is no identifier"))
        .anyMatch(
            x -> x.endsWith("spec.training.mode: VALUE: Retrain is none of Finetune, Scratch"));
  }

  @Test
  void programsReadALineForEachFile() {
    TenonRun run = TenonRun.of("spec", "check", "--json", good, bad);
    List<Map<String, Object>> lines =
        run.out().lines().map(x -> Json.parseObject(x.getBytes(UTF_8), "out").toMap()).toList();
    assertThat(lines).hasSize(2);
    assertThat(lines.get(0)).containsEntry("accepted", true).containsEntry("file", good.toString());
    assertThat(lines.get(1)).containsEntry("accepted", false).containsEntry("spec", null);
  }
}
