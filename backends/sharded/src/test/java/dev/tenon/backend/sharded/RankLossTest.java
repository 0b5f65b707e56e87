package dev.tenon.backend.sharded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenon.error.WorkerLostException;
import dev.tenon.model.Model;
import dev.tenon.spec.FinetuneSpec;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Ranks that die or hang are told, soon, with what they last wrote. */
@Tag("python")
class RankLossTest {
  private static final Duration SOON = Duration.ofSeconds(15);

  @ParameterizedTest
  @ValueSource(strings = {"KILL", "STOP"})
  void aRankThatEndsOrHangsIsReported(String signal) throws Exception {
    ShardedBackend backend = new ShardedBackend(ShardedOptions.ranks(2).threads(1));
    FinetuneSpec spec = FinetuneSpec.steps(50);
    Model model = backend.initialize(TinyModels.llama(), spec);
    try {
      model.trainEngine().trainBatch(TinyModels.batch(1, 9, 5), TinyModels.SFT);
      send(signal, ranks().get(1));
      long begin = System.nanoTime();
      assertThatThrownBy(
              () -> model.trainEngine().trainBatch(TinyModels.batch(2, 9, 5), TinyModels.SFT))
          .isInstanceOf(WorkerLostException.class)
          .hasMessageContaining("rank 1");
      assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(SOON);
      assertThatThrownBy(
              () -> model.trainEngine().trainBatch(TinyModels.batch(2, 9, 5), TinyModels.SFT))
          .isInstanceOf(WorkerLostException.class);
    } finally {
      model.close();
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

  private static void send(String signal, ProcessHandle process)
      throws IOException, InterruptedException {
    int code =
        new ProcessBuilder("kill", "-" + signal, Long.toString(process.pid())).start().waitFor();
    assertThat(code).isZero();
  }
}
