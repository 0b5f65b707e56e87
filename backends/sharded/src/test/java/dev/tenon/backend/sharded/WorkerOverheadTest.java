package dev.tenon.backend.sharded;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.model.Metrics;
import dev.tenon.model.Model;
import dev.tenon.spec.FinetuneSpec;
import dev.tenon.tensor.NamedArray;
import dev.tenon.tensor.TensorData;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What the way through supervisor and frames costs: a small call, a large one, and a train step
 * beside the same step in plain Python processes. Prints its figures. Needs a quiet machine.
 */
@Tag("soak")
class WorkerOverheadTest {
  private static final int CALLS = 200;
  private static final int PAIRS = 9;
  private static final int MEGABYTES = 64;

  /** Of a step. */
  private static final double OVERHEAD = 0.05;

  private static final FinetuneSpec SPEC = FinetuneSpec.steps(100).learningRate(1e-5);

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void aStepThroughTheWorkerCostsLittle(int world) throws IOException {
    ShardedOptions options = ShardedOptions.ranks(world).threads(2 / world);
    NamedArray batch = TinyModels.words(1, 8192, 128, 128, 128, 128);
    Model network = TinyModels.large();
    try (Model model = new ShardedBackend(options).initialize(network, SPEC)) {
      Ranks ranks = ((ShardedTrainEngine) model.trainEngine()).ranks;
      calls(ranks);
      try (PlainSteps plain =
          new PlainSteps(options, network.network(), SPEC, batch, TinyModels.SFT, ranks)) {
        double[] ratios = new double[PAIRS];
        double[] steps = new double[PAIRS];
        for (int i = -2; i < PAIRS; i++) {
          double alone = i % 2 == 0 ? plain.step() : 0;
          long begin = System.nanoTime();
          Metrics unused = model.trainEngine().trainBatch(batch, TinyModels.SFT);
          double worker = (System.nanoTime() - begin) / 1e9;
          alone = i % 2 == 0 ? alone : plain.step();
          if (i >= 0) {
            ratios[i] = worker / alone;
            steps[i] = alone;
          }
        }
        System.out.printf(
            "world %d: plain step %.0f ms, through the worker %.3f times that (%s)%n",
            world, 1000 * median(steps), median(ratios), Arrays.toString(ratios));
        assertThat(median(ratios)).isLessThan(1 + OVERHEAD);
      }
    }
  }

  private static void calls(Ranks ranks) {
    Part small = new Part().with("ok", true);
    Part large =
        new Part()
            .with("ok", true)
            .with("", Map.of("x", TensorData.ofBytes(new byte[MEGABYTES << 20], MEGABYTES << 20)));
    System.out.printf("small call %.2f ms%n", 1000 * seconds(ranks, small, CALLS));
    System.out.printf("request %.0f MB/s%n", MEGABYTES / seconds(ranks, large, 5));
  }

  private static double seconds(Ranks ranks, Part part, int calls) {
    double[] seconds = new double[calls];
    for (int i = 0; i < calls; i++) {
      long begin = System.nanoTime();
      List<Reply> unused = ranks.callAll(Verb.MEET, part);
      seconds[i] = (System.nanoTime() - begin) / 1e9;
    }
    return median(seconds);
  }

  private static double median(double[] values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    return sorted[sorted.length / 2];
  }
}
