package dev.tenon.benchmarks;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * From {@code java -jar tenon.jar generate} to the first token on its standard output: wall and
 * processor time and the memory held then, of processes of their own, one after the other. The
 * system property {@code tenon.jar} names the jar, {@code samples/cli/target/tenon.jar} unless set.
 * Libraries must have been unpacked by an earlier start.
 */
final class ColdStart {
  private static final String PROMPT = "Once upon a time";

  private final List<String> command;
  private final List<Double> wall = new ArrayList<>();
  private final List<Double> cpu = new ArrayList<>();
  private long megabytes;

  /** Of a checkpoint, in a precision or, if that is empty, as it is stored. */
  ColdStart(Path checkpoint, String precision) {
    Path jar = Path.of(System.getProperty("tenon.jar", "samples/cli/target/tenon.jar"));
    command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-jar",
                jar.toString(),
                "generate",
                "--model",
                checkpoint.toString(),
                "--prompt",
                PROMPT,
                "--max-new-tokens",
                "1",
                "--ignore-eos"));
    if (!precision.isEmpty()) {
      command.addAll(List.of("--precision", precision));
    }
  }

  /** Starts so many processes; the first one, which fills the disk cache, does not count. */
  ColdStart run(int repetitions) {
    start();
    wall.clear();
    cpu.clear();
    for (int i = 0; i < repetitions; i++) {
      start();
    }
    return this;
  }

  private void start() {
    try {
      long begin = System.nanoTime();
      Process process =
          new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
      try (BufferedReader out =
          new BufferedReader(
              new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
        if (out.read() < 0) {
          throw new IllegalStateException("command: " + command + ": no output (expected: a text)");
        }
        wall.add((System.nanoTime() - begin) / 1e6);
        cpu.add(process.info().totalCpuDuration().map(Duration::toMillis).orElse(0L) * 1.0);
        megabytes = Math.max(megabytes, resident(process.pid()));
        out.lines().forEach(line -> {});
      }
      process.waitFor();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("command: interrupted (expected: its end)", e);
    }
  }

  /** Memory of a process now, MB; 0 where the system does not tell or the process has gone. */
  private static long resident(long pid) {
    try {
      return Files.readAllLines(Path.of("/proc/" + pid + "/status")).stream()
          .filter(line -> line.startsWith("VmRSS:"))
          .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) / 1024)
          .findAny()
          .orElse(0);
    } catch (IOException e) {
      return 0;
    }
  }

  /** {@code {wall: {median, min, n}, cpu: …}}, ms. */
  Map<String, Object> toMap() {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("wall", summary(wall));
    map.put("cpu", summary(cpu));
    return map;
  }

  private static Map<String, Object> summary(List<Double> values) {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("median", Statistics.round(Statistics.median(values)));
    map.put("min", Statistics.round(values.stream().mapToDouble(x -> x).min().orElseThrow()));
    map.put("n", values.size());
    return map;
  }

  /** The most memory at a first token, MB. */
  long megabytes() {
    return megabytes;
  }
}
