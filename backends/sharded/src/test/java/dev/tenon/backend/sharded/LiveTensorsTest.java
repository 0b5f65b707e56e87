package dev.tenon.backend.sharded;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.model.Model;
import dev.tenon.spec.FinetuneSpec;
import java.util.Collections;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * What a rank holds after a step, in units of the weights' bytes W: weights, DeepSpeed's F32 copy
 * of them and two moments, each as a whole or as a rank's half.
 */
@Tag("python")
class LiveTensorsTest {
  /** Buckets, which have a size of their own, and what a step leaves. */
  private static final double OTHERS = 0.5;

  @ParameterizedTest
  @CsvSource({"0, 3", "1, 2.5", "2, 2.5", "3, 2.5"})
  void aRankHoldsItsShare(int stage, double units) {
    ShardedOptions options = ShardedOptions.ranks(2).threads(1).zeroStage(stage);
    Model network = TinyModels.wide();
    long weights =
        4 * network.network().parameters().stream().mapToLong(x -> x.shape().size()).sum();
    try (Model model = new ShardedBackend(options).initialize(network, FinetuneSpec.steps(9))) {
      model.trainEngine().trainBatch(TinyModels.batch(1, 9, 5), TinyModels.SFT);
      ShardedTrainEngine engine = (ShardedTrainEngine) model.trainEngine();
      double most = Collections.max(engine.liveTensorBytes()) / (double) weights;
      System.out.printf("stage %d: %.2f times the weights%n", stage, most);
      assertThat(most).isLessThan(units + OTHERS);
    }
  }
}
