package dev.tenon.backend.sharded;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.model.Model;
import dev.tenon.model.ModelBackend;
import dev.tenon.spec.AdamW;
import dev.tenon.spec.FinetuneSpec;
import dev.tenon.tensor.TensorData;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A run goes on from its state bit for bit on equal ranks; samples/cli moves it to other backends.
 */
@Tag("python")
class ShardedStateTest {
  /** Two groups of parameters, with decay and without. */
  private static final FinetuneSpec SPEC =
      FinetuneSpec.steps(50).learningRate(1e-3).optimizer(new AdamW(0.9, 0.999, 1e-8, 0.01));

  @TempDir private Path directory;

  static Stream<ShardedOptions> shardings() {
    ShardedOptions two = ShardedOptions.ranks(2).threads(1);
    return Stream.of(
        two.zeroStage(0),
        two.zeroStage(1),
        two.zeroStage(2),
        two.zeroStage(3),
        two.engine(ShardingEngine.FSDP2));
  }

  @ParameterizedTest
  @MethodSource("shardings")
  void resumesBitForBitOnEqualRanks(ShardedOptions options) throws IOException {
    ModelBackend backend = new ShardedBackend(options);
    Path state = Files.createDirectory(directory.resolve("state"));
    Map<String, TensorData> straight = new TreeMap<>();
    Map<String, TensorData> resumed = new TreeMap<>();
    try (Model model = backend.initialize(TinyModels.llama(), SPEC)) {
      train(model, 0, 3);
      model.trainEngine().saveState(state);
      train(model, 3, 5);
      model.trainEngine().parameters(straight::put);
    }
    try (Model model = backend.initialize(TinyModels.llama(), SPEC)) {
      model.trainEngine().loadState(state);
      assertThat(model.trainEngine().version()).isEqualTo(3);
      train(model, 3, 5);
      model.trainEngine().parameters(resumed::put);
    }
    assertThat(resumed).isEqualTo(straight);
  }

  private static void train(Model model, int from, int to) {
    for (int step = from; step < to; step++) {
      model.trainEngine().trainBatch(TinyModels.batch(step, 9, 5, 12, 7), TinyModels.SFT);
    }
  }
}
