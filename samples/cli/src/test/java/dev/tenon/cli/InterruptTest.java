package dev.tenon.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.cli.conformance.Resources;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class InterruptTest {
  @TempDir private Path directory;

  @Test
  @DisabledOnOs(OS.WINDOWS)
  void sigintEndsTheRunAfterItsStepAndSaves() throws IOException, InterruptedException {
    Path output = directory.resolve("out");
    Process process = finetune(output);
    try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
      assertThat(lines.readLine()).startsWith("step 1 ");
      new ProcessBuilder("kill", "-INT", Long.toString(process.pid())).start().waitFor();
      long steps = 1 + lines.lines().count();

      assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
      assertThat(process.exitValue()).isEqualTo(130);
      assertThat(steps).isLessThan(1_000_000);
    } finally {
      process.destroyForcibly();
    }

    TenonRun generated =
        TenonRun.of("generate", "--model", output, "--prompt", "a", "--max-new-tokens", 2);
    assertThat(generated.code()).as(generated.err()).isZero();
  }

  private Process finetune(Path output) throws IOException {
    Path data = directory.resolve("data.jsonl");
    Files.writeString(data, "{\"prompt\": \"The harbour was\", \"answer\": \" quiet\"}\n");
    List<String> command =
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-cp",
            System.getProperty("java.class.path"),
            Tenon.class.getName(),
            "finetune",
            "--model",
            Resources.directory("families/llama").toString(),
            "--data",
            data.toString(),
            "--output",
            output.toString(),
            "--steps",
            "1000000",
            "--batch-tokens",
            "64");
    return new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
  }
}
