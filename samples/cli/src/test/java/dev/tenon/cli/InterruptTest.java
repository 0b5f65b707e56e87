package dev.tenon.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import dev.tenon.cli.conformance.Resources;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class InterruptTest {
  @TempDir private Path directory;

  @Test
  @DisabledOnOs(OS.WINDOWS)
  @Timeout(180)
  void sigintEndsTheRunAfterItsStepAndSaves() throws IOException, InterruptedException {
    assumeFalse(isIgnored(), "SIGINT is ignored here, as for a job that a script put behind it");
    Path output = directory.resolve("out");
    Path stderr = directory.resolve("stderr");
    try (TenonProcess tenon = TenonProcess.start(stderr, finetune(output))) {
      Process process = tenon.process();
      assertThat(tenon.lines().readLine()).startsWith("step 1 ");
      new ProcessBuilder("kill", "-INT", Long.toString(process.pid())).start().waitFor();
      List<String> more = tenon.lines().lines().toList();

      assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
      assertThat(process.exitValue()).isEqualTo(130);
      assertThat(more).allMatch(x -> x.startsWith("step "));
      assertThat(stderr).as("logs are quiet").isEmptyFile();
    }

    TenonRun generated =
        TenonRun.of("generate", "--model", output, "--prompt", "a", "--max-new-tokens", 2);
    assertThat(generated.code()).as(generated.err()).isZero();
  }

  /** A process inherits what its parent ignores, and a JVM then leaves the signal alone. */
  private static boolean isIgnored() throws IOException {
    Path status = Path.of("/proc/self/status");
    return Files.exists(status)
        && Files.readAllLines(status).stream()
            .filter(line -> line.startsWith("SigIgn:"))
            .anyMatch(line -> (Long.parseUnsignedLong(line.substring(7).strip(), 16) & 2) != 0);
  }

  private List<Object> finetune(Path output) throws IOException {
    Path data = directory.resolve("data.jsonl");
    Files.writeString(data, "{\"prompt\": \"The harbour was\", \"answer\": \" quiet\"}\n");
    return List.of(
        "finetune",
        "--model",
        Resources.directory("families/llama"),
        "--data",
        data,
        "--output",
        output,
        "--steps",
        1000000,
        "--batch-tokens",
        64);
  }
}
