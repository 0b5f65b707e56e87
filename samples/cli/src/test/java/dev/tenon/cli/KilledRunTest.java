package dev.tenon.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.checkpoint.CheckpointDirectory;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A run whose process is killed again and again ends as one that nobody touched. */
class KilledRunTest {
  private static final int EVERY = 4;

  @TempDir private Path directory;

  @Test
  void threeKillsLoseAtMostOneIntervalEach() throws IOException, InterruptedException {
    killed(3, 1);
  }

  @Test
  @Tag("soak")
  void tenKillsLoseAtMostOneIntervalEach() throws IOException, InterruptedException {
    killed(10, System.nanoTime());
  }

  private void killed(int kills, long seed) throws IOException, InterruptedException {
    TrainingCase llama = TrainingCase.llama(directory, 0.1);
    int steps = 5 + 10 * kills;
    TenonRun undisturbed = llama.run("undisturbed", steps, EVERY);
    assertThat(undisturbed.code()).as(undisturbed.err()).isZero();

    Random random = new Random(seed);
    long committed = 0;
    for (int kill = 0; kill < kills; kill++) {
      long last = killOnce(llama, steps, committed, random);
      long now = latest(llama.root("killed"));
      assertThat(now)
          .as("seed %d, kill %d after step %d", seed, kill, last)
          .isBetween(Math.max(committed, last - EVERY), last + EVERY);
      committed = now;
    }
    assertThat(committed).as("checkpoint after the kills").isPositive();
    TenonRun end = llama.run("killed", steps, EVERY, "--keep", 2);

    assertThat(end.code()).as(end.err()).isZero();
    assertThat(end.lines()).hasSize(Math.toIntExact(steps - committed));
    assertThat(llama.digests("killed", steps)).isEqualTo(llama.digests("undisturbed", steps));
    assertThat(directory.resolve("killed-out/model.safetensors"))
        .hasSameBinaryContentAs(directory.resolve("undisturbed-out/model.safetensors"));
    assertThat(CheckpointDirectory.all(llama.root("killed"))).hasSize(2);
  }

  /**
   * Kills a run some steps after its start, or in the checkpoint that follows such a step.
   *
   * @return the last step that it told of
   */
  private static long killOnce(TrainingCase llama, int steps, long committed, Random random)
      throws IOException, InterruptedException {
    int atLeast = committed == 0 ? EVERY : 1;
    int target = atLeast + random.nextInt(EVERY + 2);
    try (TenonProcess tenon =
        TenonProcess.start(
            llama.stderr("killed"), llama.finetune("killed", steps, EVERY, "--keep", 2))) {
      long last = committed;
      for (int i = 0; i < target; i++) {
        String line = String.valueOf(tenon.lines().readLine());
        assertThat(line).startsWith("step " + (last + 1) + " ");
        last++;
      }
      Thread.sleep(random.nextInt(40));
      tenon.kill();
      long told = tenon.lines().lines().filter(x -> x.matches("step \\d+ .*\\d")).count();
      return last + told;
    }
  }

  /** 0 where the process died before its first checkpoint was there. */
  private static long latest(Path root) {
    Optional<CheckpointDirectory.Checkpoint> latest = CheckpointDirectory.latest(root);
    latest.map(CheckpointDirectory.Checkpoint::directory).ifPresent(CheckpointDirectory::verify);
    return latest.map(CheckpointDirectory.Checkpoint::step).orElse(0L);
  }
}
