package dev.tenon.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.options.OptionsBuilder;

/** That everything here runs; how fast is never asked in a test. */
class BenchmarksTest {
  @TempDir Path directory;

  @Test
  void everyBenchmarkRunsOnceOnTheSmallShape() throws Exception {
    Collection<RunResult> results =
        new Runner(
                new OptionsBuilder()
                    .include("dev\\.tenon\\.benchmarks\\..*")
                    .mode(Mode.SingleShotTime)
                    .forks(0)
                    .warmupIterations(0)
                    .measurementIterations(1)
                    .param("shape", "S0")
                    .param("precision", "F32")
                    .param("batch", "8")
                    .shouldFailOnError(true)
                    .build())
            .run();
    assertThat(results)
        .extracting(x -> x.getParams().getBenchmark().replaceAll("\\.\\w+$", ""))
        .containsAll(benchmarks());
  }

  private static List<String> benchmarks() throws Exception {
    Path classes = Path.of(DecodeBenchmark.class.getResource("DecodeBenchmark.class").toURI());
    try (Stream<Path> files = Files.list(classes.getParent())) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(file -> file.endsWith("Benchmark.class"))
          .map(file -> "dev.tenon.benchmarks." + file.replace(".class", ""))
          .toList();
    }
  }

  @Test
  void aCheckpointIsWrittenOnceAndOpens() throws Exception {
    Path checkpoint = ModelShape.S0.checkpoint(directory);
    var written = Files.getLastModifiedTime(checkpoint.resolve("model.safetensors"));
    assertThat(ModelShape.S0.checkpoint(directory)).isEqualTo(checkpoint);
    assertThat(Files.getLastModifiedTime(checkpoint.resolve("model.safetensors")))
        .isEqualTo(written);
    assertThat(ModelShape.open(checkpoint).network().parameters()).isNotEmpty();
  }

  @Test
  void bytesAndPairsOfTheTokenizerComeBackAsText() throws Exception {
    ModelShape.S1.create(directory);
    var tokenizer = dev.tenon.nn.tokenizer.HfTokenizer.open(directory);
    var ids = tokenizer.encode("abcd ö\n", false).ids();
    assertThat(tokenizer.decode(ids, false)).isEqualTo("abcd ö\n");
    assertThat(ids.size()).isEqualTo(1 + 1 + 2 + 1);
  }

  @Test
  void theIntervalOfAMedianIsAPairOfOrderStatistics() {
    // Seven values: x(1) to x(7) hold the median with 1 - 2/128; x(2) to x(6) only with 87.5 %.
    var seven = Statistics.Interval.of(List.of(3., 1., 2., 7., 5., 6., 4.));
    assertThat(seven.median()).isEqualTo(4);
    assertThat(seven.low()).isEqualTo(1);
    assertThat(seven.high()).isEqualTo(7);
    assertThat(seven.coverage()).isCloseTo(1 - 2. / 128, within(1e-12));
    // Eleven: x(3) to x(9), 1 - 2 (1 + 11 + 55) / 2048.
    var eleven = Statistics.Interval.of(List.of(1., 2., 3., 4., 5., 6., 7., 8., 9., 10., 11.));
    assertThat(eleven.low()).isEqualTo(3);
    assertThat(eleven.high()).isEqualTo(9);
    assertThat(eleven.coverage()).isCloseTo(1 - 2 * 67. / 2048, within(1e-12));
  }
}
