package dev.tenon.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class CompareTest {
  @TempDir Path directory;

  @Test
  @DisabledOnOs(OS.WINDOWS)
  void aComparisonWritesItsTableAndKeepsALosingRow() throws Exception {
    // A peer that prints the row of a run that took no time at all.
    Files.writeString(
        directory.resolve("run_peer_hf.py"),
        """
        echo '{"peer": "echo", "version": "1", "rss_mb": 1, "prefill_ms": {"cpu": {"median": 0.001}}, "decode_ms_per_step": {"cpu": {"median": 0.001}}}'
        """);
    int status =
        new CommandLine(new Compare())
            .execute(
                "--peers=" + directory,
                "--python=sh",
                "--models=" + directory.resolve("models"),
                "--pairs=1",
                "--repetitions=1",
                "--threads=1",
                "--matches=generate-S0-1",
                "--output=" + directory.resolve("docs"));

    assertThat(status).isZero();
    assertThat(directory.resolve("docs/benchmarks.json")).isNotEmptyFile();
    assertThat(Files.readString(directory.resolve("docs/benchmarks.md")))
        .contains("| S0 | decode, ms a step, batch 1 |")
        .contains("**0.00**")
        .contains("echo 1");
  }
}
