package dev.tenon.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.tenon.internal.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One run on one backend after another, by its checkpoints, ten steps on each. */
@Tag("python")
class MovedRunTest {
  private static final int LEG = 10;

  /** F32 sums in another order, over the whole run. */
  private static final double LOSS = 1e-4;

  private static final List<List<Object>> LEGS =
      List.of(
          List.of("--backend", "pytorch"),
          List.of("--backend", "sharded", "--world-size", 2, "--zero-stage", 3),
          List.of("--backend", "offload"),
          List.of("--backend", "sharded", "--world-size", 1),
          List.of("--backend", "pytorch"));

  @TempDir private Path directory;

  @Test
  void theLossIsTheStraightRunsAtEveryStep() throws IOException {
    TrainingCase llama = TrainingCase.llama(directory, 0);
    int steps = LEG * LEGS.size();
    List<Double> straight = losses(run(llama, "straight", steps, LEGS.get(0)));
    assertThat(straight).hasSize(steps);
    for (int leg = 0; leg < LEGS.size(); leg++) {
      List<Double> losses = losses(run(llama, "moved", (leg + 1) * LEG, LEGS.get(leg)));
      assertThat(losses).as("leg %s", LEGS.get(leg)).hasSize(LEG);
      for (int i = 0; i < LEG; i++) {
        assertThat(losses.get(i))
            .as("loss of step %d, on %s", leg * LEG + i + 1, LEGS.get(leg))
            .isCloseTo(straight.get(leg * LEG + i), within(LOSS));
      }
    }
  }

  private static TenonRun run(TrainingCase llama, String name, int steps, List<Object> backend) {
    List<Object> args = llama.finetune(name, steps, 1000, "--schedule", "constant", "--json");
    args.addAll(backend);
    TenonRun run = TenonRun.of(args.toArray());
    assertThat(run.code()).as(run.err()).isZero();
    return run;
  }

  private static List<Double> losses(TenonRun run) {
    return run.lines().stream()
        .map(x -> Json.parseObject(x.getBytes(StandardCharsets.UTF_8), "step").number("loss"))
        .toList();
  }
}
