package dev.tenon.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.checkpoint.CheckpointDirectory;
import dev.tenon.checkpoint.CheckpointDirectory.Checkpoint;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A run on two ranks whose processes are killed again and again, the JVM, the supervisor and each
 * rank, ends as one that nobody touched: what it loses it makes again, at most an interval. {@code
 * -Dtenon.kills=N} and {@code -Dtenon.kills.seed=N} kill more often, and at other moments.
 */
@Tag("python")
class KilledRanksTest {
  private static final int EVERY = 3;

  @TempDir private Path directory;

  private enum Victim {
    JVM,
    SUPERVISOR,
    RANK_0,
    RANK_1
  }

  @Test
  @Timeout(value = 20, unit = TimeUnit.MINUTES)
  void killsOfEachProcessLoseAtMostOneIntervalEach() throws Exception {
    killed(Integer.getInteger("tenon.kills", 1), Long.getLong("tenon.kills.seed", 1));
  }

  @Test
  @Tag("soak")
  @Timeout(value = 3, unit = TimeUnit.HOURS)
  void thirtyKillsOfEachProcessLoseAtMostOneIntervalEach() throws Exception {
    killed(30, System.nanoTime());
  }

  private void killed(int kills, long seed) throws Exception {
    TrainingCase llama = TrainingCase.llama(directory, 0.1);
    Random random = new Random(seed);
    List<Victim> victims = new ArrayList<>();
    for (int i = 0; i < kills; i++) {
      victims.addAll(Arrays.asList(Victim.values()));
    }
    Collections.shuffle(victims, random);
    int steps = 5 + victims.size() * (EVERY + 2);
    TenonRun straight = llama.run("straight", steps, EVERY, ranks());
    assertThat(straight.code()).as(straight.err()).isZero();

    Killed run = new Killed(llama, steps, "seed " + seed);
    for (Victim victim : victims) {
      run.kill(victim, 1 + random.nextInt(EVERY + 1), random.nextInt(40));
    }
    run.toEnd();

    assertThat(llama.digests("killed", steps)).isEqualTo(llama.digests("straight", steps));
    assertThat(directory.resolve("killed-out/model.safetensors"))
        .hasSameBinaryContentAs(directory.resolve("straight-out/model.safetensors"));
    for (Checkpoint each : CheckpointDirectory.all(llama.root("killed"))) {
      CheckpointDirectory.verify(each.directory());
    }
    try (Stream<Path> files = Files.list(llama.root("killed"))) {
      assertThat(files.map(x -> x.getFileName().toString())).noneMatch(x -> x.contains(".bad-"));
    }
  }

  private static Object[] ranks() {
    return new Object[] {"--backend", "sharded", "--world-size", 2, "--restarts", 9};
  }

  /** A run that goes on through several JVMs. */
  private static final class Killed {
    private final TrainingCase llama;
    private final int steps;
    private final String name;
    private TenonProcess tenon;
    private long last; // step that was told last

    private Killed(TrainingCase llama, int steps, String name) throws IOException {
      this.llama = llama;
      this.steps = steps;
      this.name = name;
      this.tenon = start();
    }

    private TenonProcess start() throws IOException {
      return TenonProcess.start(
          llama.stderr("killed"), llama.finetune("killed", steps, EVERY, ranks()));
    }

    /** Kills a process some new steps after those that were told before. */
    private void kill(Victim victim, int after, long millis)
        throws IOException, InterruptedException {
      long target = last + after;
      while (last < target) {
        assertThat(next()).as("%s before a kill of %s at %d", name, victim, target).isTrue();
      }
      Thread.sleep(millis);
      if (victim == Victim.JVM) {
        tenon.kill();
        while (next()) {}
        tenon.close();
        tenon = start();
      } else {
        long before = restarts();
        process(victim).destroyForcibly();
        while (restarts() == before) {
          assertThat(tenon.process().isAlive()).as(Files.readString(tenon.stderr())).isTrue();
          Thread.sleep(50);
        }
      }
    }

    private long restarts() throws IOException {
      try (Stream<String> lines = Files.lines(tenon.stderr())) {
        return lines.filter(x -> x.startsWith("goes on after step ")).count();
      }
    }

    /** Reads the line of a step; a step that comes again must be within an interval. */
    private boolean next() throws IOException {
      String line = tenon.lines().readLine();
      if (line == null || !line.matches("step \\d+ .*\\d")) {
        return line != null;
      }
      long step = Long.parseLong(line.split(" ")[1]);
      assertThat(step)
          .as("%s: a step after step %d of %d", name, last, steps)
          .isBetween(last - EVERY + 1, last + 1);
      last = step;
      return true;
    }

    private ProcessHandle process(Victim victim) {
      List<ProcessHandle> ranks = named("tenon_worker.rank");
      return switch (victim) {
        case SUPERVISOR -> ranks.get(0).parent().orElseThrow();
        case RANK_0 -> ranks.get(ranks.size() - 2);
        default -> ranks.get(ranks.size() - 1);
      };
    }

    private List<ProcessHandle> named(String argument) {
      List<ProcessHandle> found =
          tenon
              .process()
              .descendants()
              .filter(x -> List.of(x.info().arguments().orElse(new String[0])).contains(argument))
              .sorted(
                  (a, b) ->
                      a.info()
                          .startInstant()
                          .orElse(Instant.MIN)
                          .compareTo(b.info().startInstant().orElse(Instant.MIN)))
              .toList();
      assertThat(found).as("%s: ranks", name).hasSize(2);
      return found;
    }

    private void toEnd() throws IOException, InterruptedException {
      while (next()) {}
      assertThat(tenon.process().waitFor()).as(Files.readString(tenon.stderr())).isZero();
      assertThat(last).isEqualTo(steps);
      tenon.close();
    }
  }
}
