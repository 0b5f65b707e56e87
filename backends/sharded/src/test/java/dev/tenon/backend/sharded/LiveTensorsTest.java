package dev.tenon.backend.sharded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.tenon.model.Metrics;
import dev.tenon.model.Model;
import dev.tenon.model.Network;
import dev.tenon.spec.BatchShape;
import dev.tenon.spec.FinetuneSpec;
import dev.tenon.spec.MemoryPlan;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * What ranks hold in the middle of a backward pass of two micro-batches, in units of the weights'
 * bytes: counted over the live tensors of their processes, and held against the plan.
 */
class LiveTensorsTest {
  /** Padding of parts, a scalar for each parameter. */
  private static final double PADDING = 0.04;

  /** Of stages 1 and 2, where the border between two ranks' parts lies inside a tensor. */
  private static final double BORDER = 0.06;

  /** Of a plan. */
  private static final double PLAN = 0.15;

  private static final FinetuneSpec SPEC = FinetuneSpec.steps(9).microBatchTokens(12);

  /** F32 masters of ZeRO stages 1 to 3 lie beside the two moments. */
  @ParameterizedTest
  @Tag("python")
  @CsvSource({"0, 1, 1, 2", "1, 1, 1, 1.5", "2, 1, 0.5, 1.5", "3, 0.5, 0.5, 1.5"})
  void aRankHoldsItsShare(int stage, double weights, double gradients, double optimizer) {
    ShardedOptions options = ShardedOptions.ranks(2).threads(1).zeroStage(stage);
    held(TinyModels.wide(), options, weights, gradients, optimizer);
  }

  @ParameterizedTest
  @Tag("python")
  @CsvSource("0.5, 0.5, 1")
  void soItDoesWithFsdp(double weights, double gradients, double optimizer) {
    ShardedOptions options = ShardedOptions.ranks(2).threads(1).engine(ShardingEngine.FSDP2);
    held(TinyModels.wide(), options, weights, gradients, optimizer);
  }

  @ParameterizedTest
  @Tag("soak")
  @CsvSource({"1", "2", "4"})
  void sharesShrinkWithTheWorldForEightyMillionWeights(int world) {
    ShardedOptions options = ShardedOptions.ranks(world).threads(1);
    double share = 1.0 / world;
    held(TinyModels.large(), options.zeroStage(1), 1, 1, 3 * share);
    held(TinyModels.large(), options.zeroStage(2), 1, share, 3 * share);
    held(TinyModels.large(), options.zeroStage(3), share, share, 3 * share);
  }

  private static void held(
      Model tiny, ShardedOptions options, double weights, double gradients, double optimizer) {
    Network network = tiny.network();
    double unit = 4.0 * network.parameters().stream().mapToLong(x -> x.shape().size()).sum();
    int[] lengths = new int[2 * options.worldSize()];
    Arrays.fill(lengths, 12);
    ShardedBackend backend = new ShardedBackend(options);
    List<List<Map<String, Long>>> ranks;
    try (Model model = backend.initialize(tiny, SPEC)) {
      Metrics unused = model.trainEngine().trainBatch(TinyModels.batch(1, 9, 5), TinyModels.SFT);
      ranks =
          ((ShardedTrainEngine) model.trainEngine())
              .liveTensorBytes(TinyModels.batch(2, lengths), TinyModels.SFT);
    }
    MemoryPlan plan = backend.plan(network, SPEC, new BatchShape(lengths.length, 12));
    System.out.printf("%s, weights of %.0f bytes: %s; %s%n", options, unit, ranks, plan);
    assertThat(ranks).hasSize(options.worldSize());
    for (List<Map<String, Long>> rank : ranks) {
      assertThat(rank).hasSize(2);
      Map<String, Long> held = rank.get(0);
      assertShare(held, "weights", unit, weights, PADDING);
      assertShare(held, "gradients", unit, gradients, PADDING + BORDER);
      assertShare(held, "optimizer", unit, optimizer, PADDING);
      double found = of(held, "weights") + of(held, "gradients") + of(held, "optimizer");
      double planned = plan.weights() + plan.gradients() + plan.optimizer() + plan.stored();
      assertThat(planned / found).as("plan").isCloseTo(1, within(PLAN));
    }
  }

  private static void assertShare(
      Map<String, Long> rank, String kind, double unit, double expected, double error) {
    assertThat(of(rank, kind) / unit).as(kind).isCloseTo(expected, within(error));
  }

  private static double of(Map<String, Long> rank, String kind) {
    return Objects.requireNonNull(rank.get(kind), kind);
  }
}
