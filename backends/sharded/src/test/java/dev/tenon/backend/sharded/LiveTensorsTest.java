package dev.tenon.backend.sharded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.tenon.model.Model;
import dev.tenon.spec.FinetuneSpec;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * What ranks hold between a backward pass and its update, in units of the weights' bytes: counted
 * over the live tensors of their processes, not estimated. Gradients of stage 1 are in parts by
 * then, too; they are whole while a backward pass runs.
 */
class LiveTensorsTest {
  /** Padding of parts, a scalar for each parameter. */
  private static final double PADDING = 0.02;

  /** Of stages 1 and 2, where the border between two ranks' parts lies inside a tensor. */
  private static final double BORDER = 0.06;

  /** F32 masters of ZeRO stages 1 to 3 lie beside the two moments. */
  @ParameterizedTest
  @Tag("python")
  @CsvSource({"0, 1, 1, 2", "1, 1, 0.5, 1.5", "2, 1, 0.5, 1.5", "3, 0.5, 0.5, 1.5"})
  void aRankHoldsItsShare(int stage, double weights, double gradients, double optimizer) {
    held(TinyModels.wide(), 2, stage, weights, gradients, optimizer);
  }

  @ParameterizedTest
  @Tag("soak")
  @CsvSource({"1", "2", "4"})
  void sharesShrinkWithTheWorldForEightyMillionWeights(int world) {
    double share = 1.0 / world;
    held(TinyModels.large(), world, 1, 1, share, 3 * share);
    held(TinyModels.large(), world, 2, 1, share, 3 * share);
    held(TinyModels.large(), world, 3, share, share, 3 * share);
  }

  private static void held(
      Model network, int world, int stage, double weights, double gradients, double optimizer) {
    ShardedOptions options = ShardedOptions.ranks(world).threads(1).zeroStage(stage);
    double unit =
        4.0 * network.network().parameters().stream().mapToLong(x -> x.shape().size()).sum();
    try (Model model = new ShardedBackend(options).initialize(network, FinetuneSpec.steps(9))) {
      model.trainEngine().trainBatch(TinyModels.batch(1, 9, 5), TinyModels.SFT);
      List<Map<String, Long>> ranks =
          ((ShardedTrainEngine) model.trainEngine())
              .liveTensorBytes(TinyModels.batch(2, 9, 5), TinyModels.SFT);
      System.out.printf(
          "world %d, stage %d, weights of %.0f bytes: %s%n", world, stage, unit, ranks);
      assertThat(ranks).hasSize(world);
      for (Map<String, Long> rank : ranks) {
        assertShare(rank, "weights", unit, weights, PADDING);
        assertShare(rank, "gradients", unit, gradients, PADDING + BORDER);
        assertShare(rank, "optimizer", unit, optimizer, 2 * PADDING);
      }
    }
  }

  private static void assertShare(
      Map<String, Long> rank, String kind, double unit, double expected, double error) {
    assertThat(Objects.requireNonNull(rank.get(kind)) / unit)
        .as(kind)
        .isCloseTo(expected, within(error));
  }
}
