package dev.tenon.backend.sharded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.tenon.backend.pytorch.PyTorchBackend;
import dev.tenon.model.Model;
import dev.tenon.model.ModelBackend;
import dev.tenon.spec.FinetuneSpec;
import dev.tenon.tensor.TensorData;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A run goes on from its state: bit for bit on equal ranks, within rounding elsewhere. */
@Tag("python")
class ShardedStateTest {
  private static final FinetuneSpec SPEC = FinetuneSpec.steps(50).learningRate(1e-3);

  /** Ten steps of f32 sums in another order. */
  private static final double LOSS = 1e-4;

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

  /** Two JVM-side and two sharded runs by turns, ten steps on each. */
  @Test
  void aRunMovesBetweenBackends() throws IOException {
    List<ModelBackend> backends =
        List.of(
            new PyTorchBackend(),
            new ShardedBackend(ShardedOptions.ranks(2).threads(1).zeroStage(3)),
            new ShardedBackend(ShardedOptions.ranks(1).threads(1)),
            new PyTorchBackend());
    double[] straight;
    try (Model model = new PyTorchBackend().initialize(TinyModels.llama(), SPEC)) {
      straight = train(model, 0, 10 * backends.size());
    }
    for (int leg = 0; leg < backends.size(); leg++) {
      try (Model model = backends.get(leg).initialize(TinyModels.llama(), SPEC)) {
        if (leg > 0) {
          model.trainEngine().loadState(directory.resolve("leg-" + (leg - 1)));
        }
        double[] losses = train(model, 10 * leg, 10 * leg + 10);
        for (int i = 0; i < losses.length; i++) {
          assertThat(losses[i])
              .as("loss of step %d", 10 * leg + i)
              .isCloseTo(straight[10 * leg + i], within(LOSS));
        }
        model.trainEngine().saveState(Files.createDirectory(directory.resolve("leg-" + leg)));
      }
    }
  }

  private static double[] train(Model model, int from, int to) {
    double[] losses = new double[to - from];
    for (int step = from; step < to; step++) {
      losses[step - from] =
          model
              .trainEngine()
              .trainBatch(TinyModels.batch(step, 9, 5, 12, 7), TinyModels.SFT)
              .get("loss");
    }
    return losses;
  }
}
