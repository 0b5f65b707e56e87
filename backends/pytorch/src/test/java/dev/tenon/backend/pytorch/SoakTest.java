package dev.tenon.backend.pytorch;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/**
 * That nothing grows: native handles, file descriptors, resident memory. The tier {@code soak} runs
 * 20,000 steps and 100,000 forward calls, the default one a twentieth.
 */
@EnabledOnOs(OS.LINUX)
class SoakTest {
  private static final int STEPS = 20_000;
  private static final int FORWARDS = 100_000;
  private static final double BYTES_A_CALL = 64;

  @Test
  @Tag("soak")
  void aDayOfCallsLeavesNothingBehind() throws Exception {
    run(1);
  }

  @Test
  void aTwentiethOfItLeavesNothingBehind() throws Exception {
    run(20);
  }

  /**
   * A shorter run may grow by as many bytes in all: what a JVM still compiles then is the same, but
   * falls on fewer calls.
   */
  private static void run(int part) throws Exception {
    int steps = STEPS / part;
    int forwards = FORWARDS / part;
    List<long[]> all = samples(steps, forwards);
    List<long[]> samples = all.subList(all.size() / 10, all.size());
    long grown = samples.get(samples.size() - 1)[3] - samples.get(0)[3];
    double slope = slope(samples);
    System.out.printf(
        "soak: %d trainBatch and %d forward calls from 4 threads: handles %d, descriptors %d,"
            + " resident %d MB, grown %d KiB after the first tenth, %.1f bytes a call by linear"
            + " fit%n",
        steps,
        forwards,
        samples.get(0)[1],
        samples.get(0)[2],
        samples.get(0)[3] >> 20,
        grown / 1024,
        slope);
    assertThat(samples).extracting(x -> x[1]).containsOnly(samples.get(0)[1]);
    assertThat(samples).extracting(x -> x[2]).containsOnly(samples.get(0)[2]);
    assertThat(slope).isLessThanOrEqualTo(BYTES_A_CALL * part);
  }

  /**
   * calls, handles, descriptors, resident bytes. One compiler and one malloc arena: neither hides a
   * leak, and what the optimising compiler and an arena for each thread take at times of their own
   * is more than what is looked for.
   */
  private static List<long[]> samples(int steps, int forwards) throws Exception {
    ProcessBuilder builder =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xms64m",
                "-Xmx64m",
                "-XX:+AlwaysPreTouch",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                Soak.class.getName(),
                String.valueOf(steps),
                String.valueOf(forwards))
            .redirectError(ProcessBuilder.Redirect.DISCARD);
    builder.environment().put("MALLOC_ARENA_MAX", "1");
    Process process = builder.start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(output).isZero();
    return output
        .lines()
        .map(line -> Stream.of(line.split(",")).mapToLong(Long::parseLong).toArray())
        .toList();
  }

  /** Least squares of resident bytes over calls. */
  private static double slope(List<long[]> samples) {
    double calls = samples.stream().mapToLong(x -> x[0]).average().orElseThrow();
    double bytes = samples.stream().mapToLong(x -> x[3]).average().orElseThrow();
    double over = samples.stream().mapToDouble(x -> (x[0] - calls) * (x[3] - bytes)).sum();
    double under = samples.stream().mapToDouble(x -> (x[0] - calls) * (x[0] - calls)).sum();
    return over / under;
  }
}
