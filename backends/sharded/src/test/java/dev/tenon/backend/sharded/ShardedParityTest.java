package dev.tenon.backend.sharded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.tenon.backend.pytorch.PyTorchBackend;
import dev.tenon.model.Metrics;
import dev.tenon.model.Model;
import dev.tenon.model.ModelBackend;
import dev.tenon.spec.FinetuneSpec;
import dev.tenon.spec.MemoryLimit;
import dev.tenon.spec.Schedule;
import dev.tenon.tensor.TensorData;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Ten steps on ranks against ten in this JVM: the same losses, norms and weights. The tolerances
 * are those of f32 sums in another order, over ten steps.
 */
@Tag("python")
class ShardedParityTest {
  private static final int STEPS = 10;
  private static final double LOSS = 1e-4;
  private static final double NORM = 2e-4;

  /** Of one element; sums of f32 in another order. */
  private static final double GRADIENT = 1e-6;

  private static final double RATE = 1e-3;

  /** AdamW's first steps have the size of the rate, whatever the gradient's rounding. */
  private static final double ROUNDED_SIGN = 0.05;

  /** Four sequences in one micro-batch, two and four. */
  private static final int[] BUDGETS = {4096, 24, 12};

  static Stream<Arguments> runs() {
    ShardedOptions two = ShardedOptions.ranks(2).threads(1);
    List<Arguments> runs = new ArrayList<>();
    add(runs, "llama", TinyModels::llama, ShardedOptions.ranks(1).threads(1));
    for (int stage = 0; stage <= 3; stage++) {
      add(runs, "llama", TinyModels::llama, two.zeroStage(stage));
    }
    add(runs, "llama", TinyModels::llama, two.engine(ShardingEngine.FSDP2));
    add(runs, "llama", TinyModels::llama, two.zeroStage(3).offload(ShardedOptions.Offload.ALL));
    add(runs, "gpt2", TinyModels::gpt2, two.zeroStage(3));
    add(runs, "qwen2", TinyModels::qwen2, two);
    add(runs, "adapters", TinyModels::adapters, two.zeroStage(3));
    add(runs, "adapters", TinyModels::adapters, two.engine(ShardingEngine.FSDP2));
    return runs.stream();
  }

  private static void add(
      List<Arguments> runs, String family, Supplier<Model> model, ShardedOptions options) {
    runs.add(
        Arguments.argumentSet(
            family
                + " "
                + options.engine()
                + " "
                + options.zeroStage()
                + " world "
                + options.worldSize()
                + " "
                + options.offload(),
            model,
            options));
  }

  @ParameterizedTest
  @MethodSource("runs")
  void tenStepsAreThoseOfThePyTorchBackend(Supplier<Model> model, ShardedOptions options) {
    for (int budget : options.zeroStage() == 2 ? BUDGETS : new int[] {BUDGETS[1]}) {
      Run expected = run(new PyTorchBackend(), model.get(), BUDGETS[0]);
      Run found = run(new ShardedBackend(options), model.get(), budget);
      for (int step = 0; step < STEPS; step++) {
        assertThat(found.losses.get(step))
            .as("loss of step %d", step)
            .isCloseTo(expected.losses.get(step), within(LOSS));
        double norm = expected.norms.get(step);
        assertThat(found.norms.get(step))
            .as("norm of step %d", step)
            .isCloseTo(norm, within(NORM * norm));
      }
      assertThat(found.gradients.keySet()).isEqualTo(expected.gradients.keySet());
      expected.gradients.forEach(
          (name, x) -> assertClose("gradient of " + name, found.gradients.get(name), x, NORM));
      expected.weights.forEach(
          (name, x) -> assertClose(name, found.weights.get(name), x, STEPS * RATE * ROUNDED_SIGN));
    }
  }

  /** Where weights are apart between the passes, and the tied head runs again in the second one. */
  @Test
  void headInChunksGivesTheSameGradients() {
    long fourRows = 4L * Float.BYTES * TinyModels.VOCABULARY;
    ShardedOptions options = ShardedOptions.ranks(2).threads(1).zeroStage(3);
    FinetuneSpec spec = FinetuneSpec.steps(STEPS);
    Map<String, TensorData> expected = new TreeMap<>();
    try (Model model = new PyTorchBackend().initialize(TinyModels.llama(), spec)) {
      gradients(model, expected);
    }
    for (boolean checkpointing : new boolean[] {false, true}) {
      Map<String, TensorData> found = new TreeMap<>();
      try (Model model =
          new ShardedBackend(options, fourRows, MemoryLimit.machine())
              .initialize(TinyModels.llama(), spec.gradientCheckpointing(checkpointing))) {
        gradients(model, found);
      }
      assertThat(found.keySet()).isEqualTo(expected.keySet());
      expected.forEach((name, x) -> assertClose(name, found.get(name), x, GRADIENT));
    }
  }

  /** Needs the operators that PythonRuntime.prepare compiles. */
  @Test
  @Tag("soak")
  void stateInFilesGivesTheSameSteps(@TempDir Path disk) throws IOException {
    ShardedOptions options =
        ShardedOptions.ranks(2)
            .threads(1)
            .zeroStage(3)
            .offload(ShardedOptions.Offload.ALL)
            .nvme(disk);
    tenStepsAreThoseOfThePyTorchBackend(TinyModels::wide, options);
    tenStepsAreThoseOfThePyTorchBackend(TinyModels::wide, options.cpuAdam(true));
    try (Stream<Path> left = Files.list(disk)) {
      assertThat(left).isEmpty();
    }
  }

  private static void gradients(Model model, Map<String, TensorData> gradients) {
    Metrics unused =
        model
            .trainEngine()
            .gradients(TinyModels.batch(99, 19, 25, 12, 7), TinyModels.SFT, gradients::put);
  }

  private static void assertClose(
      String name, TensorData found, TensorData expected, double difference) {
    double[] a = found.toDoubles();
    double[] b = expected.toDoubles();
    double most = 0;
    for (int i = 0; i < a.length; i++) {
      most = Math.max(most, Math.abs(a[i] - b[i]));
    }
    assertThat(most).as(name).isLessThan(difference);
  }

  private static Run run(ModelBackend backend, Model network, int microBatchTokens) {
    FinetuneSpec spec =
        FinetuneSpec.steps(STEPS)
            .learningRate(RATE)
            .schedule(Schedule.linear(2))
            .maxGradNorm(0.5)
            .microBatchTokens(microBatchTokens);
    List<Double> losses = new ArrayList<>();
    List<Double> norms = new ArrayList<>();
    Map<String, TensorData> gradients = new TreeMap<>();
    Map<String, TensorData> weights = new TreeMap<>();
    try (Model model = backend.initialize(network, spec)) {
      Metrics unused =
          model
              .trainEngine()
              .gradients(TinyModels.batch(99, 9, 5, 12, 7), TinyModels.SFT, gradients::put);
      for (int step = 0; step < STEPS; step++) {
        Metrics metrics =
            model.trainEngine().trainBatch(TinyModels.batch(step, 9, 5, 12, 7), TinyModels.SFT);
        losses.add(metrics.get("loss"));
        norms.add(metrics.get("grad_norm"));
      }
      model.trainEngine().parameters(weights::put);
    }
    return new Run(losses, norms, gradients, weights);
  }

  private record Run(
      List<Double> losses,
      List<Double> norms,
      Map<String, TensorData> gradients,
      Map<String, TensorData> weights) {}
}
