package dev.tenon.backend.sharded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenon.error.WorkerLostException;
import dev.tenon.model.Metrics;
import dev.tenon.model.Model;
import dev.tenon.model.TrainEngine;
import dev.tenon.spec.FinetuneSpec;
import dev.tenon.tensor.NamedArray;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Ranks that die or hang are told, soon, with what they last wrote. */
@Tag("python")
class RankLossTest {
  private static final Duration SOON = Duration.ofSeconds(15);

  private static final Duration VERY_SOON = Duration.ofSeconds(5);

  /** More than a socket holds and less than what goes into a file. */
  private static final NamedArray BATCH =
      TinyModels.batch(2, IntStream.generate(() -> 50).limit(400).toArray());

  @TempDir private Path directory;

  @Test
  void aKilledRankIsReported() throws Exception {
    lose(ShardingEngine.FSDP2, "KILL", () -> ranks().get(1), VERY_SOON, "rank 1: signal SIGKILL");
  }

  @Test
  void aStoppedRankIsReported() throws Exception {
    lose(ShardingEngine.DEEPSPEED, "STOP", () -> ranks().get(1), SOON, "rank 1: ");
  }

  @Test
  void aKilledSupervisorIsReported() throws Exception {
    lose(ShardingEngine.FSDP2, "KILL", RankLossTest::supervisor, VERY_SOON, "supervisor");
  }

  @Test
  void aStoppedSupervisorIsReported() throws Exception {
    lose(ShardingEngine.FSDP2, "STOP", RankLossTest::supervisor, SOON, "supervisor");
  }

  private void lose(
      ShardingEngine engine,
      String signal,
      Supplier<ProcessHandle> victim,
      Duration within,
      String expected)
      throws Exception {
    ShardedOptions options = ShardedOptions.ranks(2).threads(1).engine(engine);
    Model model =
        new ShardedBackend(options).initialize(TinyModels.llama(), FinetuneSpec.steps(50));
    try {
      TrainEngine trained = model.trainEngine();
      Metrics unused = trained.trainBatch(TinyModels.batch(1, 9, 5), TinyModels.SFT);
      Path state = Files.createDirectory(directory.resolve("state"));
      trained.saveState(state);
      send(signal, victim.get());
      long begin = System.nanoTime();
      assertThatThrownBy(() -> trained.trainBatch(BATCH, TinyModels.SFT))
          .isInstanceOf(WorkerLostException.class)
          .hasMessageContaining(expected)
          .hasMessageEndingWith("state of step 1 in " + state);
      assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(within);
      assertThatThrownBy(() -> trained.trainBatch(BATCH, TinyModels.SFT))
          .isInstanceOf(WorkerLostException.class);
    } finally {
      model.close();
    }
    long end = System.nanoTime() + VERY_SOON.toNanos();
    while (!ranks().isEmpty() && System.nanoTime() < end) {
      Thread.sleep(50);
    }
    assertThat(ranks()).isEmpty();
  }

  /** The ranks of this JVM, in their order. */
  private static List<ProcessHandle> ranks() {
    return ProcessHandle.current()
        .descendants()
        .filter(
            x ->
                Stream.of(x.info().arguments().orElse(new String[0]))
                    .anyMatch("tenon_worker.rank"::equals))
        .sorted((a, b) -> Long.compare(a.pid(), b.pid()))
        .toList();
  }

  private static ProcessHandle supervisor() {
    return ranks().get(0).parent().orElseThrow();
  }

  private static void send(String signal, ProcessHandle process)
      throws IOException, InterruptedException {
    int code =
        new ProcessBuilder("kill", "-" + signal, Long.toString(process.pid())).start().waitFor();
    assertThat(code).isZero();
  }
}
