package dev.tenon.backend.sharded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenon.error.InsufficientMemoryException;
import dev.tenon.model.Model;
import dev.tenon.model.Network;
import dev.tenon.spec.BatchShape;
import dev.tenon.spec.FinetuneSpec;
import dev.tenon.spec.MemoryLimit;
import dev.tenon.spec.MemoryPlan;
import org.junit.jupiter.api.Test;

class RankMemoryTest {
  private static final Model MODEL = TinyModels.large();
  private static final Network NETWORK = MODEL.network();
  private static final long WEIGHTS =
      4 * NETWORK.parameters().stream().mapToLong(x -> x.shape().size()).sum();
  private static final FinetuneSpec SPEC = FinetuneSpec.steps(10);
  private static final BatchShape SHAPE = new BatchShape(8, 512);

  private static MemoryPlan plan(ShardedOptions options) {
    return new ShardedBackend(options).plan(NETWORK, SPEC, SHAPE);
  }

  @Test
  void eachStageDividesMore() {
    ShardedOptions four = ShardedOptions.ranks(4);
    assertThat(plan(four.zeroStage(0)).optimizer()).isEqualTo(2 * WEIGHTS);
    assertThat(plan(four.zeroStage(1)).optimizer()).isEqualTo(3 * WEIGHTS / 4);
    assertThat(plan(four.zeroStage(1)).gradients()).isEqualTo(WEIGHTS);
    assertThat(plan(four.zeroStage(2)).gradients()).isEqualTo(WEIGHTS / 4);
    assertThat(plan(four.zeroStage(2)).weights()).isEqualTo(WEIGHTS);
    assertThat(plan(four.zeroStage(3)).weights()).isEqualTo(WEIGHTS / 4);
  }

  @Test
  void whatIsOffloadedWaitsInHostMemory() {
    MemoryPlan plan =
        plan(ShardedOptions.ranks(2).zeroStage(3).offload(ShardedOptions.Offload.ALL));
    assertThat(plan.weights()).isZero();
    assertThat(plan.optimizer()).isZero();
    assertThat(plan.stored()).isEqualTo(4 * WEIGHTS / 2);
  }

  @Test
  void remediesTellWhatTheyGive() {
    MemoryPlan plan = plan(ShardedOptions.ranks(2));
    assertThat(plan.remedies().stream().map(MemoryPlan.Remedy::change))
        .contains("gradientCheckpointing", "zeroStage 3", "world size 4", "microBatchTokens 1024");
    assertThat(plan.remedies()).allMatch(x -> x.trainingBytes() < plan.trainingBytes());
  }

  @Test
  void whatCannotFitIsRefusedBeforeAnythingIsStarted() {
    ShardedBackend small =
        new ShardedBackend(ShardedOptions.ranks(2)).memoryLimit(MemoryLimit.of(1_500_000_000));
    assertThatThrownBy(() -> small.initialize(MODEL, SPEC))
        .isInstanceOf(InsufficientMemoryException.class)
        .hasMessageContaining("on 2 ranks");
  }
}
