package dev.tenon.backend.sharded;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.model.Model;
import dev.tenon.spec.FinetuneSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** No rank outlives its JVM, however that ends. */
@Tag("python")
class JvmDeathTest {
  private static final Duration SOON = Duration.ofSeconds(5);
  private static final String SECRET = "hunter2";
  private static final Predicate<String> HIDDEN = x -> x.contains(SECRET);

  /** The private directory and DJL's socket, each by a random number. */
  private static final Predicate<String> UNPREDICTABLE =
      Pattern.compile("tenon-sharded-\\d{9,}|djl_sock\\.\\d{10}(\\.pid)?|hsperfdata_.*|jna-.*")
          .asMatchPredicate();

  @TempDir private Path temporary;

  @Test
  void ranksKnowNoSecretAndEndWithAKilledJvm() throws Exception {
    Process jvm =
        ChildJvm.start(
            Training.class, temporary, Map.of("HF_TOKEN", SECRET, "AWS_SESSION", SECRET));
    ChildJvm.awaitLine(jvm, Training.READY);
    List<ProcessHandle> processes = jvm.descendants().toList();
    assertThat(processes).hasSizeGreaterThanOrEqualTo(3); // the supervisor and two ranks
    List<String> environments = environmentsOfRanks(processes);
    assertThat(environments).hasSize(2);
    assertThat(environments).allMatch(x -> x.contains("WORLD_SIZE=2")).noneMatch(HIDDEN);
    assertThat(names()).isNotEmpty().allMatch(UNPREDICTABLE);
    jvm.destroyForcibly().waitFor(); // kill -9
    long end = System.nanoTime() + SOON.toNanos();
    while (processes.stream().anyMatch(JvmDeathTest::runs) && System.nanoTime() < end) {
      Thread.sleep(50);
    }
    assertThat(processes).noneMatch(JvmDeathTest::runs);
    assertThat(names()).noneMatch(x -> x.startsWith("tenon-sharded"));
  }

  private static List<String> environmentsOfRanks(List<ProcessHandle> processes)
      throws IOException {
    List<String> environments = new ArrayList<>();
    for (ProcessHandle process : processes) {
      Path directory = Path.of("/proc", Long.toString(process.pid()));
      if (Files.readString(directory.resolve("cmdline")).contains("tenon_worker.rank")) {
        environments.add(Files.readString(directory.resolve("environ")));
      }
    }
    return environments;
  }

  private List<String> names() throws IOException {
    try (Stream<Path> all = Files.list(temporary)) {
      return all.map(x -> x.getFileName().toString()).toList();
    }
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
