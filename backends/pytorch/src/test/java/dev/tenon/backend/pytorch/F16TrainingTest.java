package dev.tenon.backend.pytorch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.tenon.backend.testkit.LeakExtension;
import dev.tenon.error.TrainingDivergedException;
import dev.tenon.generation.GenerationOptions;
import dev.tenon.model.Metrics;
import dev.tenon.model.Model;
import dev.tenon.objective.LossFunction;
import dev.tenon.objective.Objective;
import dev.tenon.objective.TextObjective;
import dev.tenon.spec.DynamicLossScaler;
import dev.tenon.spec.FinetuneSpec;
import dev.tenon.spec.Precision;
import dev.tenon.spec.Schedule;
import dev.tenon.tensor.NamedArray;
import dev.tenon.tensor.TensorData;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Training whose linear layers compute in F16, with a scaled loss. */
class F16TrainingTest {
  @RegisterExtension static final LeakExtension LEAKS = NativeLeaks.extension();

  private static final NamedArray BATCH = TinyLlama.batch(5, 9, 3, 12, 7);
  private static final TextObjective LOSS = TinyLlama.crossEntropy();
  private static final FinetuneSpec F32 =
      FinetuneSpec.steps(20).learningRate(1e-2).schedule(Schedule.constant(0));
  private static final FinetuneSpec F16 = F32.precision(Precision.F16);

  /** One overflow halves the scale, two good steps double it. */
  private static final DynamicLossScaler QUICK = new DynamicLossScaler(65536, 2, 2, 1, 1, false);

  @TempDir private Path directory;

  private static Model open(FinetuneSpec spec) {
    return new PyTorchBackend().initialize(TinyLlama.withDropout(0.2), spec);
  }

  private static Map<String, TensorData> gradients(FinetuneSpec spec, Objective objective) {
    return Gradients.of(TinyLlama.withDropout(0.2), spec, BATCH, objective);
  }

  private static Metrics step(Model model) {
    return model.trainEngine().trainBatch(BATCH, LOSS);
  }

  /** F16 has three digits of binary more than BF16: an eighth of the 3 to 9 % of decision 022. */
  @Test
  void gradientsAreNearThoseOfF32AndNotTheSame() {
    double error = error(gradients(F16, LOSS), gradients(F32, LOSS));
    assertThat(error).isBetween(1e-4, 0.0125);
    double checkpointed =
        error(gradients(F16.gradientCheckpointing(true), LOSS), gradients(F32, LOSS));
    assertThat(checkpointed).isBetween(1e-4, 0.0125);
  }

  /** F16 ends at 6e-8: a gradient that small is 0 unless the loss was scaled. */
  @Test
  void smallGradientsNeedTheScale() {
    Objective faint = times(1e-6);
    Map<String, TensorData> exact = gradients(F32, faint);
    assertThat(error(gradients(F16, faint), exact)).isLessThan(0.0125);
    DynamicLossScaler none = QUICK.initialScale(1);
    assertThat(error(gradients(F16.lossScaler(none), faint), exact)).isGreaterThan(0.3);
  }

  /** The same loss, computed on the host from the outputs of the whole batch. */
  @Test
  void anObjectiveInJavaIsScaledToo() {
    float faint = 1e-6f;
    LossFunction function =
        (outputs, batch) -> {
          TensorData logprobs = outputs.get("token_logprobs");
          float[] gradient = new float[(int) logprobs.size()];
          double sum = 0;
          for (int i = 0; i < gradient.length; i++) {
            gradient[i] = -faint;
            sum -= faint * logprobs.getDouble(i);
          }
          TensorData back = TensorData.ofFloats(gradient, gradient.length);
          return new LossFunction.Loss(
              sum, gradient.length, Map.of("token_logprobs", back), Map.of());
        };
    Objective java = Objective.java("faint", LOSS.outputs(), function);
    assertThat(error(gradients(F16, java), gradients(F32, java))).isLessThan(0.0125);
  }

  @Test
  void theScaleIsGoneBeforeClipping() {
    try (Model exact = open(F32);
        Model model = open(F16)) {
      Metrics expected = step(exact);
      Metrics found = step(model);
      double norm = expected.get("grad_norm");
      assertThat(found.get("grad_norm")).isCloseTo(norm, within(0.01 * norm));
      assertThat(found.get("loss_scale")).isEqualTo(65536);
      assertThat(expected.asMap()).doesNotContainKey("loss_scale");
    }
  }

  @Test
  void stepsThatOverflowAreSkippedUntilTheScaleFits() {
    FinetuneSpec tooFar = F16.lossScaler(QUICK.initialScale(0x1p40)).maxSkippedSteps(2);
    try (Model model = open(tooFar)) {
      Map<String, TensorData> start = Gradients.parameters(model);
      double scale = 0x1p40;
      Metrics metrics = step(model);
      while (metrics.asMap().containsKey("skipped")) {
        assertThat(metrics.get("loss_scale")).isEqualTo(scale);
        assertThat(metrics.get("loss")).isFinite();
        assertThat(model.trainEngine().version()).isZero();
        assertThat(Gradients.parameters(model)).isEqualTo(start);
        scale /= 2;
        metrics = step(model);
      }
      assertThat(scale).isBetween(0x1p10, 0x1p30);
      assertThat(metrics.get("loss_scale")).isEqualTo(scale);
      assertThat(model.trainEngine().version()).isEqualTo(1);
    }
  }

  @Test
  void gradientsFindAScaleThatFitsAndLeaveTheRunsAsItIs() {
    FinetuneSpec tooFar = F16.lossScaler(QUICK.initialScale(0x1p40));
    try (Model model = open(tooFar)) {
      Map<String, TensorData> found = Gradients.of(model, BATCH, LOSS);
      assertThat(error(found, gradients(F32, LOSS))).isLessThan(0.0125);
      assertThat(step(model).get("loss_scale")).isEqualTo(0x1p40);
    }
  }

  /** An infinite loss is not the scale's fault. */
  @Test
  void aLossThatIsNotFiniteEndsTheRunAsInF32() {
    try (Model model = open(F16.maxSkippedSteps(1))) {
      assertThat(model.trainEngine().trainBatch(BATCH, TinyLlama.notFinite()).get("skipped"))
          .isEqualTo(1);
      assertThatThrownBy(() -> model.trainEngine().trainBatch(BATCH, TinyLlama.notFinite()))
          .isInstanceOf(TrainingDivergedException.class)
          .hasMessageContaining("skipped steps in a row: 2");
    }
  }

  @Test
  void lossFallsAndTheEngineGeneratesBetweenSteps() {
    try (Model model = open(F16)) {
      double first = model.engine().evalBatch(BATCH, LOSS).get("loss");
      for (int i = 0; i < 10; i++) {
        step(model);
      }
      assertThat(model.engine().evalBatch(BATCH, LOSS).get("loss")).isLessThan(first - 0.5);
      NamedArray answer = model.engine().generate(BATCH.item(1), GenerationOptions.greedy(4));
      assertThat(answer.get("input_ids").size()).isBetween(4L, 7L);
    }
  }

  /** Saved in the middle of a window, and after an overflow. */
  @Test
  void aResumeGoesOnWithTheSameScalesAndBits() throws Exception {
    FinetuneSpec spec = F16.lossScaler(new DynamicLossScaler(0x1p40, 3, 2, 2, 1, false));
    Path state = Files.createDirectory(directory.resolve("state"));
    List<Metrics> straight;
    Map<String, TensorData> weights;
    try (Model model = open(spec)) {
      run(model, 26);
      model.trainEngine().saveState(state);
      straight = run(model, 12);
      weights = Gradients.parameters(model);
    }
    assertThat(straight.stream().map(x -> x.get("loss_scale")).distinct().count()).isGreaterThan(2);
    try (Model model = open(spec)) {
      model.trainEngine().loadState(state);
      assertThat(run(model, 12)).isEqualTo(straight);
      assertThat(Gradients.parameters(model)).isEqualTo(weights);
    }
  }

  private static List<Metrics> run(Model model, int steps) {
    List<Metrics> metrics = new ArrayList<>();
    for (int i = 0; i < steps; i++) {
      metrics.add(step(model));
    }
    return metrics;
  }

  /** A run in F32 has no scale to hand on. */
  @Test
  void aRunThatGoesOnInF16StartsItsScale() throws Exception {
    Path state = Files.createDirectory(directory.resolve("state"));
    try (Model model = open(F32)) {
      step(model);
      model.trainEngine().saveState(state);
    }
    try (Model model = open(F16)) {
      model.trainEngine().loadState(state);
      assertThat(step(model).get("loss_scale")).isEqualTo(65536);
    }
  }

  private static Objective times(double factor) {
    return Objective.of(
        "faint",
        LOSS.outputs(),
        LOSS.fields(),
        LOSS.text().replace("-torch.sum(", "-" + factor + " * torch.sum("));
  }

  private static double error(Map<String, TensorData> found, Map<String, TensorData> expected) {
    double difference = 0;
    double size = 0;
    for (Map.Entry<String, TensorData> each : expected.entrySet()) {
      TensorData zeros =
          TensorData.zeros(each.getValue().dtype(), each.getValue().shape().toArray());
      difference += Math.pow(Gradients.distance(found.get(each.getKey()), each.getValue()), 2);
      size += Math.pow(Gradients.distance(zeros, each.getValue()), 2);
    }
    return Math.sqrt(difference / size);
  }
}
