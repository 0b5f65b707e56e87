package dev.tenon.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TenonTest {
  @TempDir private Path directory;

  @Test
  void wrongUsageExitsWith2AndShowsTheUsage() {
    TenonRun run = TenonRun.of("finetune", "--model", directory);

    assertThat(run.code()).isEqualTo(2);
    assertThat(run.out()).isEmpty();
    assertThat(run.err())
        .contains("--data=FILE")
        .contains("Usage: tenon finetune")
        .doesNotContain("\tat ");
  }

  @Test
  void failureIsOneLineOnStderr() {
    TenonRun run =
        TenonRun.of("generate", "--model", directory, "--prompt", "x", "--max-new-tokens", 1);

    assertThat(run.code()).isEqualTo(1);
    assertThat(run.out()).isEmpty();
    assertThat(run.err().lines())
        .singleElement()
        .asString()
        .startsWith("tenon: ")
        .contains("(expected: ");
  }

  @Test
  void verboseAddsTheStackTrace() {
    TenonRun run =
        TenonRun.of(
            "--verbose", "generate", "--model", directory, "--prompt", "x", "--max-new-tokens", 1);

    assertThat(run.code()).isEqualTo(1);
    assertThat(run.err()).startsWith("tenon: ").contains("\tat dev.tenon");
  }

  @Test
  void unknownBackendListsTheKnownOnes() {
    TenonRun run = TenonRun.of("conformance", "--backend", "pytorhc", directory);

    assertThat(run.code()).isEqualTo(1);
    assertThat(run.err())
        .contains("backend: pytorhc (expected: one of [pytorch]")
        .contains("did you mean pytorch?");
  }

  @Test
  void helpNamesEveryCommand() {
    TenonRun run = TenonRun.of("--help");

    assertThat(run.code()).isZero();
    assertThat(run.out()).contains("finetune").contains("generate").contains("conformance");
  }
}
