package dev.tenon.backend.offload;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.backend.pytorch.PyTorchBackend;
import dev.tenon.backend.testkit.objectives.ExampleObjectives;
import dev.tenon.model.Model;
import dev.tenon.model.ModelBackend;
import dev.tenon.model.TrainEngine;
import dev.tenon.nn.lora.LoraConfig;
import dev.tenon.nn.lora.LoraNetwork;
import dev.tenon.objective.TextObjective;
import dev.tenon.spec.FinetuneSpec;
import dev.tenon.spec.Precision;
import dev.tenon.spec.Schedule;
import dev.tenon.tensor.TensorData;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The same operations in the same order as the backend pytorch with checkpointing: the same bits.
 */
class ParityTest {
  private static final TextObjective SFT = ExampleObjectives.sft().text();
  private static final int STEPS = 10;

  @TempDir Path files;

  static Stream<FinetuneSpec> specs() {
    FinetuneSpec spec =
        FinetuneSpec.steps(STEPS)
            .learningRate(1e-2)
            .schedule(Schedule.constant(0))
            .gradientCheckpointing(true);
    return Stream.of(
        spec,
        spec.microBatchTokens(12),
        spec.maxGradNorm(0.05),
        spec.microBatchTokens(12).precision(Precision.BF16),
        spec.microBatchTokens(12).precision(Precision.F16));
  }

  @ParameterizedTest
  @MethodSource("specs")
  void filesGiveTheBitsOfTheDevice(FinetuneSpec spec) {
    compare(new OffloadBackend(OffloadOptions.disk(files)), TinyModels.llama(true), spec);
    assertThat(files).isEmptyDirectory();
  }

  @ParameterizedTest
  @MethodSource("specs")
  void memoryGivesTheBitsOfTheDevice(FinetuneSpec spec) {
    compare(new OffloadBackend(), TinyModels.llama(false), spec);
  }

  @Test
  void readingAheadChangesNothing() {
    FinetuneSpec spec = specs().toList().get(1).maxGradNorm(0.05);
    compare(new OffloadBackend(OffloadOptions.disk(files)), TinyModels.wide(), spec);
  }

  @Test
  void dropoutIsTheSame() {
    FinetuneSpec spec = specs().toList().get(1).disableDropout(false);
    compare(new OffloadBackend(), TinyModels.withDropout(), spec);
  }

  @Test
  void adaptersTrainAlike() {
    Model base = TinyModels.llama(true);
    LoraConfig config = LoraConfig.rank(3).alpha(5).dropout(0.3);
    FinetuneSpec spec = specs().toList().get(1).disableDropout(false);
    compare(
        new OffloadBackend(OffloadOptions.disk(files)),
        base.withModule(LoraNetwork.create(base.network(), config, 5)),
        spec);
  }

  private static void compare(ModelBackend backend, Model network, FinetuneSpec spec) {
    Run expected = run(new PyTorchBackend(), network, spec);
    Run found = run(backend, network, spec);
    assertThat(found.metrics).isEqualTo(expected.metrics);
    expected.weights.forEach(
        (name, tensor) -> assertThat(found.weights.get(name)).as(name).isEqualTo(tensor));
  }

  private static Run run(ModelBackend backend, Model network, FinetuneSpec spec) {
    try (Model model = backend.initialize(network, spec)) {
      TrainEngine engine = model.trainEngine();
      List<Map<String, Double>> metrics = new ArrayList<>();
      for (int i = 0; i < STEPS; i++) {
        metrics.add(engine.trainBatch(TinyModels.batch(i, 9, 4, 7, 3), SFT).asMap());
      }
      Map<String, TensorData> weights = new TreeMap<>();
      engine.parameters(weights::put);
      return new Run(metrics, weights);
    }
  }

  private record Run(List<Map<String, Double>> metrics, Map<String, TensorData> weights) {}
}
