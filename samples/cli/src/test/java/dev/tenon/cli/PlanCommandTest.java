package dev.tenon.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.cli.conformance.Resources;
import java.nio.file.Path;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PlanCommandTest {
  private final Path model = Resources.directory("families/llama");

  @ParameterizedTest
  @ValueSource(strings = {"pytorch", "offload", "sharded"})
  void everyBackendTellsWhatItTakes(String backend) {
    TenonRun run =
        TenonRun.of(
            "plan", "--model", model, "--backend", backend, "--sequences", 4, "--tokens", 8);

    assertThat(run.code()).as(run.err()).isZero();
    assertThat(run.out()).contains("weights", "optimizer", "peak", ": fits");
  }

  @ParameterizedTest
  @ValueSource(strings = {"pytorch", "offload"})
  void whatDoesNotFitEndsWithOneAndWhatWouldHelp(String backend) {
    TenonRun run = TenonRun.of("plan", "--model", model, "--backend", backend, "--limit-mb", 1);

    assertThat(run.code()).isEqualTo(1);
    assertThat(run.out()).contains("limit 1.0 MB: does not fit", "training with ");
  }
}
