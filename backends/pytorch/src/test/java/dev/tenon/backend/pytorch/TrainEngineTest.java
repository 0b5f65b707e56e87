package dev.tenon.backend.pytorch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.tenon.backend.pytorch.internal.TorchBridge;
import dev.tenon.error.InvalidInputException;
import dev.tenon.error.UnsupportedFeatureException;
import dev.tenon.generation.GenerationOptions;
import dev.tenon.generation.GenerationSession;
import dev.tenon.generation.SessionLimits;
import dev.tenon.model.Metrics;
import dev.tenon.model.Model;
import dev.tenon.model.Output;
import dev.tenon.spec.AdamW;
import dev.tenon.spec.FinetuneSpec;
import dev.tenon.spec.ParameterGroup;
import dev.tenon.spec.Precision;
import dev.tenon.spec.Schedule;
import dev.tenon.tensor.NamedArray;
import dev.tenon.tensor.TensorData;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TrainEngineTest {
  private static final int[] LENGTHS = {9, 4, 7, 1, 12, 5};

  private final NamedArray batch = TinyLlama.batch(3, LENGTHS);

  @AfterEach
  void nothingNativeIsLeft() {
    assertThat(TorchBridge.openHandles().values()).isZero();
    assertThat(TorchBridge.openHandles().modules()).isZero();
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void microBatchesChangeOnlyRounding(boolean tied) {
    Map<String, TensorData> whole = gradients(tied, 10_000, Long.MAX_VALUE);
    for (int budget : new int[] {28, 18, 1}) {
      Gradients.assertClose(gradients(tied, budget, Long.MAX_VALUE), whole);
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void headChunksChangeOnlyRounding(boolean tied) {
    Map<String, TensorData> whole = gradients(tied, 10_000, Long.MAX_VALUE);
    Gradients.assertClose(gradients(tied, 10_000, 4L * TinyLlama.VOCABULARY * 3), whole);
    Gradients.assertClose(gradients(tied, 18, 4L * TinyLlama.VOCABULARY), whole);
  }

  private Map<String, TensorData> gradients(boolean tied, int microBatchTokens, long chunkBytes) {
    FinetuneSpec spec = FinetuneSpec.steps(1).microBatchTokens(microBatchTokens);
    try (Model model = new PyTorchBackend(chunkBytes).initialize(TinyLlama.create(tied), spec)) {
      return Gradients.of(model, batch, TinyLlama.crossEntropy());
    }
  }

  /**
   * Without moments AdamW moves each weight by lr g / (|g| + eps); to first order the loss falls by
   * its product with g.
   */
  @Test
  void gradientsAreTheSlopeOfTheLoss() {
    double eps = 0.1;
    double lr = 1e-4;
    FinetuneSpec spec =
        FinetuneSpec.steps(1)
            .learningRate(lr)
            .schedule(Schedule.constant(0))
            .optimizer(new AdamW(0, 0, eps, 0))
            .maxGradNorm(0);
    try (Model model = new PyTorchBackend().initialize(TinyLlama.create(true), spec)) {
      double[] expected = {0};
      model
          .trainEngine()
          .gradients(
              batch,
              TinyLlama.crossEntropy(),
              (name, tensor) -> {
                for (long i = 0; i < tensor.size(); i++) {
                  double g = tensor.getDouble(i);
                  expected[0] += lr * g * g / (Math.abs(g) + eps);
                }
              });
      double before = loss(model);
      model.trainEngine().trainBatch(batch, TinyLlama.crossEntropy());
      assertThat(before - loss(model)).isCloseTo(expected[0], within(0.05 * expected[0]));
    }
  }

  private double loss(Model model) {
    return model.engine().evalBatch(batch, TinyLlama.crossEntropy()).get("loss");
  }

  @Test
  void evaluationLeavesTheWeightsAlone() {
    try (Model model =
        new PyTorchBackend().initialize(TinyLlama.create(true), FinetuneSpec.steps(1))) {
      Map<String, TensorData> before = Gradients.parameters(model);
      loss(model);
      model.engine().forward(batch, Output.LOGITS);
      model.trainEngine().gradients(batch, TinyLlama.crossEntropy(), (name, tensor) -> {});
      assertThat(Gradients.parameters(model)).isEqualTo(before);
      assertThat(model.trainEngine().version()).isZero();
    }
  }

  @Test
  void oneSeedGivesTheSameBits() {
    assertThat(trained(5)).isEqualTo(trained(5));
  }

  private Map<String, TensorData> trained(int steps) {
    FinetuneSpec spec = FinetuneSpec.steps(steps).learningRate(1e-2).microBatchTokens(18);
    try (Model model = new PyTorchBackend().initialize(TinyLlama.create(false), spec)) {
      for (int i = 0; i < steps; i++) {
        model.trainEngine().trainBatch(TinyLlama.batch(i, LENGTHS), TinyLlama.crossEntropy());
      }
      return Gradients.parameters(model);
    }
  }

  @Test
  void aGroupWithoutRateStaysAsItIs() {
    FinetuneSpec spec =
        FinetuneSpec.steps(3)
            .learningRate(1e-2)
            .groups(List.of(new ParameterGroup("self_attn", 0, 0)));
    try (Model model = new PyTorchBackend().initialize(TinyLlama.create(false), spec)) {
      Map<String, TensorData> before = Gradients.parameters(model);
      model.trainEngine().trainBatch(batch, TinyLlama.crossEntropy());
      Gradients.parameters(model)
          .forEach(
              (name, tensor) ->
                  assertThat(tensor.equals(before.get(name)))
                      .as(name)
                      .isEqualTo(name.contains("self_attn")));
    }
  }

  @Test
  void metricsFollowTheSchedule() {
    FinetuneSpec spec = FinetuneSpec.steps(4).learningRate(1e-2).schedule(Schedule.linear(2));
    try (Model model = new PyTorchBackend().initialize(TinyLlama.create(true), spec)) {
      for (double rate : new double[] {0, 5e-3, 1e-2, 5e-3}) {
        Metrics metrics = model.trainEngine().trainBatch(batch, TinyLlama.crossEntropy());
        assertThat(metrics.get("learning_rate")).isCloseTo(rate, within(1e-12));
      }
      assertThat(model.trainEngine().version()).isEqualTo(4);
    }
  }

  @Test
  void aNonFiniteLossChangesNothing() {
    FinetuneSpec spec = FinetuneSpec.steps(2).learningRate(1e-2);
    try (Model model = new PyTorchBackend().initialize(TinyLlama.create(true), spec)) {
      Map<String, TensorData> before = Gradients.parameters(model);
      Metrics metrics = model.trainEngine().trainBatch(batch, TinyLlama.notFinite());
      assertThat(metrics.get("skipped")).isEqualTo(1);
      assertThat(Gradients.parameters(model)).isEqualTo(before);
      assertThat(model.trainEngine().version()).isZero();
    }
  }

  @Test
  void generatesFromTheWeightsOfTheLastStep() {
    FinetuneSpec spec = FinetuneSpec.steps(30).learningRate(3e-2).schedule(Schedule.constant(0));
    NamedArray prompt = TinyLlama.batch(11, 5).without("loss_mask", "output_mask");
    GenerationOptions options = GenerationOptions.greedy(7).ignoringEos();
    try (Model model = new PyTorchBackend().initialize(TinyLlama.create(true), spec)) {
      NamedArray first = model.engine().generate(prompt, options);
      for (int i = 0; i < 30; i++) {
        model.trainEngine().trainBatch(batch, TinyLlama.crossEntropy());
      }
      NamedArray second = model.engine().generate(prompt, options);
      assertThat(second.get("input_ids")).isNotEqualTo(first.get("input_ids"));
      assertThat(model.engine().generate(prompt, options)).isEqualTo(second);
    }
  }

  @Test
  void refusesToTrainWhileASessionIsOpen() {
    try (Model model =
        new PyTorchBackend().initialize(TinyLlama.create(true), FinetuneSpec.steps(1))) {
      try (GenerationSession session = model.engine().openSession(new SessionLimits(1, 10))) {
        assertThatThrownBy(() -> model.trainEngine().trainBatch(batch, TinyLlama.crossEntropy()))
            .isInstanceOf(InvalidInputException.class)
            .hasMessage("open sessions: 1 (expected: none while weights change)");
        assertThat(session.live()).isZero();
      }
      model.trainEngine().trainBatch(batch, TinyLlama.crossEntropy());
    }
  }

  @Test
  void recordsHowTheWeightsCameAbout(@TempDir Path directory) throws IOException {
    Path saved = directory.resolve("saved");
    FinetuneSpec spec = FinetuneSpec.steps(9).learningRate(1e-2);
    try (Model model = new PyTorchBackend().initialize(TinyLlama.create(true), spec)) {
      model.trainEngine().trainBatch(batch, TinyLlama.crossEntropy());
      model.engine().save(saved);
    }
    assertThat(Files.readString(saved.resolve("tenon.json")))
        .contains("\"optimizer_steps\": 1", "\"max_steps\": 9", "\"learning_rate\": 0.01");
  }

  @Test
  void refusesABatchWithNothingToLearn() {
    NamedArray nothing = batch.with("loss_mask", TensorData.ofBooleans(new boolean[38], 38));
    try (Model model =
        new PyTorchBackend().initialize(TinyLlama.create(true), FinetuneSpec.steps(1))) {
      assertThatThrownBy(() -> model.trainEngine().trainBatch(nothing, TinyLlama.crossEntropy()))
          .isInstanceOf(InvalidInputException.class)
          .hasMessage(
              "weight of objective cross-entropy: 0.0 (expected: > 0 over the whole batch)");
    }
  }

  @Test
  void refusesWhatItCannotHonourBeforeLoading() {
    FinetuneSpec spec = FinetuneSpec.steps(1);
    assertThatThrownBy(
            () ->
                new PyTorchBackend()
                    .initialize(TinyLlama.create(true), spec.precision(Precision.BF16)))
        .isInstanceOf(UnsupportedFeatureException.class)
        .hasMessage("precision: BF16 (expected: F32)");
    FinetuneSpec endless = FinetuneSpec.openEnded().schedule(Schedule.cosine(0));
    assertThatThrownBy(() -> new PyTorchBackend().initialize(TinyLlama.create(true), endless))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageStartingWith("max_steps: none");
  }
}
