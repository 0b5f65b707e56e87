package dev.tenon.backend.sharded;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.model.Model;
import dev.tenon.spec.FinetuneSpec;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** No rank outlives its JVM, however that ends. */
@Tag("python")
class JvmDeathTest {
  private static final Duration SOON = Duration.ofSeconds(5);

  @Test
  void ranksEndWithAKilledJvm() throws Exception {
    Process jvm = ChildJvm.start(Training.class);
    try (BufferedReader lines =
        new BufferedReader(new InputStreamReader(jvm.getInputStream(), StandardCharsets.UTF_8))) {
      String line = lines.readLine();
      while (line != null && !line.equals(Training.READY)) {
        line = lines.readLine();
      }
      assertThat(line).isEqualTo(Training.READY);
    }
    List<ProcessHandle> processes = jvm.descendants().toList();
    assertThat(processes).hasSizeGreaterThanOrEqualTo(3); // the supervisor and two ranks
    jvm.destroyForcibly().waitFor(); // kill -9
    long end = System.nanoTime() + SOON.toNanos();
    while (processes.stream().anyMatch(JvmDeathTest::runs) && System.nanoTime() < end) {
      Thread.sleep(50);
    }
    assertThat(processes).noneMatch(JvmDeathTest::runs);
  }

  /** A process that ended but that nobody waited for has no command any more. */
  private static boolean runs(ProcessHandle process) {
    return process.isAlive() && process.info().command().isPresent();
  }

  /** The JVM that is killed. */
  static final class Training {
    static final String READY = "ready";

    private Training() {}

    public static void main(String[] args) throws InterruptedException {
      ShardedBackend backend = new ShardedBackend(ShardedOptions.ranks(2).threads(1));
      try (Model model = backend.initialize(TinyModels.llama(), FinetuneSpec.steps(10))) {
        model.trainEngine().trainBatch(TinyModels.batch(1, 9, 5), TinyModels.SFT);
        System.out.println(READY);
        Thread.sleep(Duration.ofMinutes(10).toMillis());
      }
    }
  }
}
