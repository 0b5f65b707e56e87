package dev.tenon.backend.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.tenon.backend.testkit.objectives.ExampleObjectives;
import dev.tenon.checkpoint.HostWeights;
import dev.tenon.error.EngineClosedException;
import dev.tenon.error.InvalidInputException;
import dev.tenon.error.TrainingDivergedException;
import dev.tenon.error.UnsupportedFeatureException;
import dev.tenon.generation.GenerationSession;
import dev.tenon.generation.SessionLimits;
import dev.tenon.model.Metrics;
import dev.tenon.model.Model;
import dev.tenon.model.Output;
import dev.tenon.model.TrainEngine;
import dev.tenon.objective.TextObjective;
import dev.tenon.spec.FinetuneSpec;
import dev.tenon.spec.ParameterGroup;
import dev.tenon.spec.Precision;
import dev.tenon.spec.Schedule;
import dev.tenon.tensor.Items;
import dev.tenon.tensor.NamedArray;
import dev.tenon.tensor.TensorData;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/**
 * Tests of train engines: steps, gradients, what is skipped, state. The file is long because what a
 * train engine promises reads in one place.
 */
abstract class TrainingTests extends ProcessorTests {
  private Model trainable() {
    applies(supportsTraining());
    return training(spec());
  }

  /** Three items of six tokens: in one, two and three micro-batches. */
  @Test
  public void microBatchesChangeOnlyRounding() {
    applies(supportsTraining());
    NamedArray batch = sixTokens();
    Map<String, TensorData> whole = gradients(batch, 18);
    assertClose(gradients(batch, 12), whole, rounding());
    assertClose(gradients(batch, 6), whole, rounding());
    assertClose(gradients(batch, 1), whole, rounding());
  }

  private NamedArray sixTokens() {
    Random random = new Random(20);
    long[] ids = random.longs(18, 0, vocabSize()).toArray();
    boolean[] mask = new boolean[18];
    for (int i = 0; i < mask.length; i++) {
      mask[i] = random.nextBoolean() || i % 6 == 2;
    }
    return NamedArray.builder(Items.ofLengths(6, 6, 6))
        .put("input_ids", TensorData.ofLongs(ids, 18))
        .put("loss_mask", TensorData.ofBooleans(mask, 18))
        .build();
  }

  private Map<String, TensorData> gradients(NamedArray batch, int microBatchTokens) {
    try (Model model = training(spec().microBatchTokens(microBatchTokens))) {
      return gradients(model.trainEngine(), batch, SFT);
    }
  }

  @Test
  public void evaluationAndGradientsLeaveTheWeightsAlone() {
    NamedArray batch = batch(21);
    try (Model model = trainable()) {
      Map<String, TensorData> before = parameters(model.trainEngine());
      model.engine().evalBatch(batch, SFT);
      model.engine().forward(batch, Output.LOGITS);
      gradients(model.trainEngine(), batch, SFT);
      assertThat(parameters(model.trainEngine())).isEqualTo(before);
      assertThat(model.trainEngine().version()).isZero();
    }
  }

  /**
   * Along the gradient the loss rises by |g|. Central differences of length e are off by e^2 of the
   * third derivative, here some hundred times |g| at most, and by 1e-6 / e, f32 rounding of the
   * loss.
   */
  @Test
  public void theGradientIsTheSlopeOfTheLoss() throws IOException {
    NamedArray batch = batch(22);
    try (Model model = trainable()) {
      Map<String, TensorData> gradient = new TreeMap<>();
      Metrics metrics = model.trainEngine().gradients(batch, SFT, gradient::put);
      double norm = metrics.get("grad_norm");
      double step = 2e-3;
      Map<String, TensorData> weights = parameters(model.trainEngine());
      double above = lossAt(moved(weights, gradient, step / norm), batch, "above");
      double below = lossAt(moved(weights, gradient, -step / norm), batch, "below");
      assertThat((above - below) / (2 * step)).isCloseTo(norm, within(0.01 * norm));
      assertThat(metrics.get("loss"))
          .isCloseTo(model.engine().evalBatch(batch, SFT).get("loss"), within(1e-5));
    }
  }

  private static Map<String, TensorData> moved(
      Map<String, TensorData> weights, Map<String, TensorData> by, double factor) {
    Map<String, TensorData> moved = new TreeMap<>();
    weights.forEach(
        (name, tensor) -> {
          float[] values = tensor.toFloats();
          float[] direction = tensor(by, name).toFloats();
          for (int i = 0; i < values.length; i++) {
            values[i] += (float) (factor * direction[i]);
          }
          moved.put(name, TensorData.ofFloats(values, tensor.shape().toArray()));
        });
    return moved;
  }

  private Model withWeights(Map<String, TensorData> weights, String name) throws IOException {
    Path to = Files.createDirectory(directory.resolve(name));
    model().network().save(to, HostWeights.of(weights));
    return open(to);
  }

  private double lossAt(Map<String, TensorData> weights, NamedArray batch, String name)
      throws IOException {
    try (Model model = inference(withWeights(weights, name))) {
      return model.engine().evalBatch(batch, SFT).get("loss");
    }
  }

  @Test
  public void stepsLowerTheLossAndFollowTheSchedule() {
    applies(supportsTraining());
    NamedArray batch = batch(23);
    FinetuneSpec spec = FinetuneSpec.steps(6).learningRate(1e-2).schedule(Schedule.linear(2));
    try (Model model = training(spec)) {
      double before = model.engine().evalBatch(batch, SFT).get("loss");
      for (double rate : new double[] {0, 5e-3, 1e-2, 7.5e-3, 5e-3}) {
        Metrics metrics = model.trainEngine().trainBatch(batch, SFT);
        assertThat(metrics.get("learning_rate")).isCloseTo(rate, within(1e-12));
      }
      assertThat(model.trainEngine().version()).isEqualTo(5);
      assertThat(model.engine().evalBatch(batch, SFT).get("loss")).isLessThan(before);
    }
  }

  @Test
  public void theSameStepsGiveTheSameBits() {
    applies(supportsTraining());
    assertThat(trained(3)).isEqualTo(trained(3));
  }

  private Map<String, TensorData> trained(int steps) {
    try (Model model = training(spec().microBatchTokens(16))) {
      for (int i = 0; i < steps; i++) {
        model.trainEngine().trainBatch(batch(30 + i), SFT);
      }
      return parameters(model.trainEngine());
    }
  }

  @Test
  public void aGroupWithoutRateStaysAsItIs() {
    applies(supportsTraining());
    String name = model().network().parameters().get(1).name();
    FinetuneSpec spec = spec().groups(List.of(new ParameterGroup(Pattern.quote(name), 0, 0)));
    try (Model model = training(spec)) {
      TensorData before = parameters(model.trainEngine()).get(name);
      model.trainEngine().trainBatch(batch(24), SFT);
      assertThat(parameters(model.trainEngine()).get(name)).isEqualTo(before);
    }
  }

  @Test
  public void savedWeightsAreThoseOfTheLastStep() {
    NamedArray batch = batch(25);
    Path saved = directory.resolve("saved");
    try (Model model = trainable()) {
      model.trainEngine().trainBatch(batch, SFT);
      model.engine().save(saved);
      try (Model again = training(open(saved), spec())) {
        assertThat(parameters(again.trainEngine())).isEqualTo(parameters(model.trainEngine()));
        assertThat(again.engine().forward(batch, Output.LOGITS))
            .isEqualTo(model.engine().forward(batch, Output.LOGITS));
      }
    }
  }

  @Test
  public void weightsThatAreNotFiniteAreSkippedUntilTheRunGivesUp() throws IOException {
    NamedArray batch = batch(26);
    Map<String, TensorData> weights;
    try (Model model = trainable()) {
      weights = parameters(model.trainEngine());
    }
    weights.replaceAll(
        (name, tensor) -> {
          float[] values = tensor.toFloats();
          values[0] = Float.NaN;
          return TensorData.ofFloats(values, tensor.shape().toArray());
        });
    try (Model model = training(withWeights(weights, "broken"), spec().maxSkippedSteps(2))) {
      TrainEngine engine = model.trainEngine();
      assertThat(engine.trainBatch(batch, SFT).get("skipped")).isEqualTo(1);
      assertThat(engine.trainBatch(batch, SFT).get("skipped")).isEqualTo(1);
      assertThatThrownBy(() -> engine.trainBatch(batch, SFT))
          .isInstanceOf(TrainingDivergedException.class)
          .hasMessageContaining("3")
          .hasMessageContaining("at most 2");
      assertThat(engine.version()).isZero();
    }
  }

  @Test
  public void afterANonFiniteInputTheNextGoodStepCountsAsIfNothingHadBeen() {
    NamedArray batch = batch(27);
    TensorData advantages = batch.get("advantages");
    float[] broken = advantages.toFloats();
    Arrays.fill(broken, Float.NaN);
    NamedArray bad = batch.with("advantages", TensorData.ofFloats(broken, broken.length));
    TextObjective grpo = ExampleObjectives.grpo(0.2, 0.2, 0.1).text();
    Map<String, TensorData> straight;
    try (Model model = trainable()) {
      model.trainEngine().trainBatch(batch, grpo);
      straight = parameters(model.trainEngine());
    }
    try (Model model = trainable()) {
      assertThat(model.trainEngine().trainBatch(bad, grpo).get("skipped")).isEqualTo(1);
      assertThat(model.trainEngine().trainBatch(batch, grpo).find("skipped")).isEmpty();
      assertThat(parameters(model.trainEngine())).isEqualTo(straight);
    }
  }

  @Test
  public void aBatchWithNothingToLearnIsRefused() {
    NamedArray batch = batch(28);
    int tokens = (int) batch.items().tokens();
    NamedArray nothing =
        batch.with("loss_mask", TensorData.ofBooleans(new boolean[tokens], tokens));
    try (Model model = trainable()) {
      assertThatThrownBy(() -> model.trainEngine().trainBatch(nothing, SFT))
          .isInstanceOf(InvalidInputException.class)
          .hasMessageContaining("weight of objective sft: 0");
      model.trainEngine().trainBatch(batch, SFT);
    }
  }

  @Test
  public void weightsDoNotChangeUnderAnOpenSession() {
    applies(supportsTraining() && supportsGeneration());
    try (Model model = training(spec())) {
      GenerationSession session = model.engine().openSession(new SessionLimits(1, 10));
      assertThatThrownBy(() -> model.trainEngine().trainBatch(batch(29), SFT))
          .isInstanceOf(InvalidInputException.class)
          .hasMessageContaining("open sessions: 1");
      session.close();
      model.trainEngine().trainBatch(batch(29), SFT);
    }
  }

  @Test
  public void aClosedTrainEngineRefusesEveryCall() {
    NamedArray batch = batch(31);
    Model model = trainable();
    TrainEngine engine = model.trainEngine();
    model.close();
    assertThatThrownBy(() -> engine.trainBatch(batch, SFT))
        .isInstanceOf(EngineClosedException.class);
    assertThatThrownBy(() -> gradients(engine, batch, SFT))
        .isInstanceOf(EngineClosedException.class);
    assertThatThrownBy(() -> parameters(engine)).isInstanceOf(EngineClosedException.class);
  }

  @Test
  public void aRunGoesOnFromItsStateBitForBit() throws IOException {
    applies(supportsTrainingState());
    Path state = Files.createDirectory(directory.resolve("state"));
    Map<String, TensorData> straight = trained(6);
    FinetuneSpec spec = spec().microBatchTokens(16);
    try (Model model = training(spec)) {
      for (int i = 0; i < 3; i++) {
        model.trainEngine().trainBatch(batch(30 + i), SFT);
      }
      model.trainEngine().saveState(state);
    }
    try (Model model = training(spec)) {
      model.trainEngine().trainBatch(batch(99), SFT);
      model.trainEngine().loadState(state);
      assertThat(model.trainEngine().version()).isEqualTo(3);
      for (int i = 3; i < 6; i++) {
        model.trainEngine().trainBatch(batch(30 + i), SFT);
      }
      assertThat(parameters(model.trainEngine())).isEqualTo(straight);
    }
  }

  @Test
  public void settingsThatItCannotHonourAreRefusedBeforeLoading() {
    applies(supportsTraining());
    Set<Precision> others = EnumSet.of(Precision.F32, Precision.BF16, Precision.F16);
    others.removeAll(trainingPrecisions());
    for (Precision precision : others) {
      assertThatThrownBy(() -> backend().initialize(model(), spec().precision(precision)))
          .isInstanceOf(UnsupportedFeatureException.class)
          .hasMessageContaining(precision.name());
    }
    FinetuneSpec endless = FinetuneSpec.openEnded().schedule(Schedule.cosine(0));
    assertThatThrownBy(() -> backend().initialize(model(), endless))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("max_steps: none");
  }

  @Test
  public void checkpointingGivesTheSameNumbersOrIsRefused() {
    applies(supportsTraining());
    FinetuneSpec checkpointing = spec().gradientCheckpointing(true);
    if (!supportsGradientCheckpointing()) {
      assertThatThrownBy(() -> backend().initialize(model(), checkpointing))
          .isInstanceOf(UnsupportedFeatureException.class)
          .hasMessageContaining("checkpointing");
      return;
    }
    NamedArray batch = batch(32);
    try (Model plain = training(spec());
        Model model = training(checkpointing)) {
      assertClose(
          gradients(model.trainEngine(), batch, SFT),
          gradients(plain.trainEngine(), batch, SFT),
          rounding());
    }
  }

  @Test
  public void withoutTrainingInitializeIsRefusedLoudly() {
    applies(!supportsTraining());
    assertThatThrownBy(() -> backend().initialize(model(), spec()))
        .isInstanceOf(UnsupportedFeatureException.class);
  }
}
