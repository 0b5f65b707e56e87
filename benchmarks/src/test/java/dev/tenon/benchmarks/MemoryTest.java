package dev.tenon.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.backend.pytorch.PyTorchBackend;
import dev.tenon.spec.BatchShape;
import dev.tenon.spec.FinetuneSpec;
import dev.tenon.spec.MemoryPlan;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** That a process which trains S1 stays within its plan. */
@Tag("soak")
@EnabledOnOs(OS.LINUX)
class MemoryTest {
  @TempDir Path directory;

  @ParameterizedTest
  @CsvSource({"4, 128", "1, 64", "8, 256"})
  void thePeakOfTrainingIsWhatThePlanTells(int rows, int tokens) throws Exception {
    Path checkpoint = ModelShape.S1.checkpoint(directory);
    MemoryPlan plan =
        new PyTorchBackend()
            .plan(
                ModelShape.open(checkpoint).network(),
                FinetuneSpec.openEnded(),
                new BatchShape(rows, tokens));
    Map<String, ?> row =
        Row.of(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                OurRun.class.getName(),
                "train",
                checkpoint.toString(),
                "f32",
                "2",
                String.valueOf(rows),
                String.valueOf(tokens)),
            directory,
            Map.of());
    double peak = Row.number(row, "rss_mb") * (1 << 20);
    double model = plan.trainingBytes() - plan.host();
    System.out.printf(
        "memory: %d x %d tokens: peak %.0f MB, plan %s%n", rows, tokens, peak / 1e6, plan);
    assertThat(peak).isLessThan(1.1 * model + plan.host());
  }
}
