package dev.tenon.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.checkpoint.CheckpointDirectory;
import dev.tenon.internal.Json;
import dev.tenon.internal.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Each run is a JVM of its own. */
class ResumeTest {
  @TempDir private Path directory;

  @Test
  void aHundredStepsAreFiftyAndInANewProcessFifty() throws IOException, InterruptedException {
    TrainingCase gpt2 = TrainingCase.gpt2(directory.resolve("dropout"), 0.1);
    assertThat(gpt2.microBatches(42)).as("micro-batches of a step").containsOnly(3);
    TenonRun straight = gpt2.run("straight", 100, 50);
    assertThat(straight.code()).as(straight.err()).isZero();

    Path fifty = gpt2.root("resumed").resolve("step-50");
    List<Object> args = gpt2.finetune("resumed", 100, 50);
    try (TenonProcess first = TenonProcess.start(gpt2.stderr("first"), args)) {
      while (!Files.exists(gpt2.root("resumed").resolve("latest"))) {
        assertThat(first.lines().readLine()).as(Files.readString(first.stderr())).isNotNull();
      }
      first.kill();
    }
    JsonObject cursor = Json.readObject(fifty.resolve("loop/state.json"));
    assertThat(cursor.integer("epoch_step")).as("in the middle of an epoch").isEqualTo(50 % 14);
    TenonRun resumed = gpt2.run("resumed", 100, 50);

    assertThat(resumed.code()).as(resumed.err()).isZero();
    assertThat(resumed.err()).startsWith("resumed after step 50: " + fifty);
    assertThat(resumed.lines()).isEqualTo(straight.lines().subList(50, 100));
    assertThat(gpt2.digests("resumed", 100)).isEqualTo(gpt2.digests("straight", 100));
    Path output = directory.resolve("dropout/resumed-out/model.safetensors");
    assertThat(output)
        .hasSameBinaryContentAs(directory.resolve("dropout/straight-out/model.safetensors"));

    gpt2.run("other-seed", 100, 50, "--seed", 43);
    assertThat(gpt2.digests("other-seed", 100).values())
        .doesNotContainAnyElementsOf(gpt2.digests("straight", 100).values());
    TrainingCase without = TrainingCase.gpt2(directory.resolve("no-dropout"), 0);
    TenonRun other = without.run("straight", 2, 50);
    assertThat(other.lines().get(0))
        .as("dropout changes the loss")
        .isNotEqualTo(straight.lines().get(0));
  }

  /** One process writes to 11, another goes on: what it reads must be whole and its own. */
  @Test
  void aStateThatDoesNotFitIsRefusedAndStaysAsItIs() throws IOException {
    TrainingCase llama = TrainingCase.llama(directory.resolve("llama"), 0);
    TrainingCase gpt2 = TrainingCase.gpt2(directory.resolve("gpt2"), 0);
    assertThat(TenonRun.of(llama.finetune("a", 3, 2).toArray()).code()).isZero();
    Path root = llama.root("a");
    Path latest = root.resolve("step-3");

    List<Object> other = llama.finetune("a", 5, 2);
    other.set(other.indexOf("--model") + 1, gpt2.model());
    assertRefused(root, other, "data of the run: ");

    llama.writeData("the shore of");
    assertRefused(root, llama.finetune("a", 5, 2), "data of the run: sha256 ");
    llama.writeData("harbour");
    assertRefused(root, llama.finetune("a", 5, 2, "--seed", 1), "data of the run: sha256 ");
    assertRefused(root, llama.finetune("a", 5, 2, "--no-resume"), "the latest at step 3");

    Path optimizer = latest.resolve("optimizer.safetensors");
    byte[] bytes = Files.readAllBytes(optimizer);
    Files.write(optimizer, Arrays.copyOf(bytes, bytes.length / 2));
    Path older = root.resolve("step-2/state.json");
    byte[] text = Files.readAllBytes(older);
    Files.delete(older);
    assertRefused(root, llama.finetune("a", 5, 2), "optimizer.safetensors: ");
    assertRefused(root, llama.finetune("a", 5, 2), "state.json: missing");
    Files.write(older, text);

    TenonRun again = TenonRun.of(llama.finetune("a", 5, 2).toArray());
    assertThat(again.code()).as(again.err()).isZero();
    assertThat(again.err()).contains("resumed after step 2: ");
    assertThat(again.lines()).as("steps 3, 4 and 5").hasSize(3);
  }

  private static void assertRefused(Path root, List<Object> args, String message) {
    TenonRun run = TenonRun.of(args.toArray());
    assertThat(run.code()).isEqualTo(1);
    assertThat(run.out()).as("no step was taken").isEmpty();
    assertThat(run.err()).contains(message);
    assertThat(CheckpointDirectory.all(root))
        .extracting(CheckpointDirectory.Checkpoint::step)
        .containsExactly(2L, 3L);
  }

  @Test
  @DisabledOnOs(OS.WINDOWS)
  void aDiskThatIsFullLeavesTheOlderCheckpoints() throws IOException, InterruptedException {
    TrainingCase llama = TrainingCase.llama(directory, 0);
    assertThat(llama.run("a", 4, 2).code()).isZero();
    Path root = llama.root("a");
    long optimizer = Files.size(root.resolve("step-4/optimizer.safetensors"));
    // The shell's unit is 1024 bytes: the weights fit, their moments do not.
    String limit = "ulimit -f " + (optimizer - 1) / 1024 + "; exec \"$@\"";
    TenonRun full =
        TenonProcess.run(
            llama.stderr("a"), List.of("bash", "-c", limit, "bash"), llama.finetune("a", 8, 2));

    assertThat(full.code()).as(full.err()).isEqualTo(1);
    assertThat(full.err()).contains("optimizer.safetensors").contains("File too large");
    assertThat(CheckpointDirectory.latest(root).orElseThrow().step()).isEqualTo(4);
    CheckpointDirectory.all(root).forEach(x -> CheckpointDirectory.verify(x.directory()));
    TenonRun again = llama.run("a", 8, 2);
    assertThat(again.code()).as(again.err()).isZero();
    assertThat(again.lines()).hasSize(4);
  }
}
