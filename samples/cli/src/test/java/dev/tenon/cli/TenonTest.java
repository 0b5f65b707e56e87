package dev.tenon.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TenonTest {
  @TempDir private Path directory;

  @AfterEach
  void quietAgain() {
    System.clearProperty("org.slf4j.simpleLogger.defaultLogLevel");
    System.clearProperty("org.slf4j.simpleLogger.log.ai.djl");
  }

  @Test
  void wrongUsageExitsWith2AndTellsWhereHelpIs() {
    TenonRun run = TenonRun.of("finetune", "--model", directory);

    assertThat(run.code()).isEqualTo(2);
    assertThat(run.out()).isEmpty();
    assertThat(run.err().lines())
        .satisfiesExactly(
            x -> assertThat(x).startsWith("tenon: ").contains("--data=FILE"),
            x -> assertThat(x).isEqualTo("See tenon finetune --help"));
  }

  @Test
  void aTypoShowsWhatMayBeMeant() {
    TenonRun run = TenonRun.of("generate", "--model", directory, "--promt", "x");

    assertThat(run.code()).isEqualTo(2);
    assertThat(run.err()).contains("--promt").contains("--prompt");
    assertThat(TenonRun.of("finetnue").err()).contains("finetnue").contains("finetune");
  }

  @Test
  void helpShowsDefaultsOfOptionsThatHaveOne() {
    assertThat(TenonRun.of("generate", "--help").out())
        .contains("(256)")
        .doesNotContain("Optional.empty", "${");
  }

  @Test
  void onlyTheCommandThatIsNamedIsRead() {
    assertThat(Tenon.commandLine("generate", "--model", "x").getSubcommands())
        .containsOnlyKeys("generate");
    assertThat(Tenon.commandLine("--help").getSubcommands()).hasSizeGreaterThan(1);
    assertThat(TenonRun.of("--help").out()).contains("finetune", "generate", "doctor");
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
        .contains("backend: pytorhc (expected: one of [")
        .contains("did you mean pytorch?");
  }

  @Test
  void helpNamesEveryCommand() {
    TenonRun run = TenonRun.of("--help");

    assertThat(run.code()).isZero();
    assertThat(run.out()).contains("finetune").contains("generate").contains("conformance");
  }
}
