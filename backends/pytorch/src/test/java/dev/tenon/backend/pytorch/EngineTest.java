package dev.tenon.backend.pytorch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.tenon.backend.pytorch.internal.TorchBridge;
import dev.tenon.error.EngineClosedException;
import dev.tenon.error.InvalidInputException;
import dev.tenon.error.UnsupportedFeatureException;
import dev.tenon.model.Model;
import dev.tenon.model.Output;
import dev.tenon.model.OutputRequest;
import dev.tenon.nn.HfModels;
import dev.tenon.spec.Arguments;
import dev.tenon.spec.FinetuneSpec;
import dev.tenon.tensor.Device;
import dev.tenon.tensor.Items;
import dev.tenon.tensor.NamedArray;
import dev.tenon.tensor.TensorData;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What both engines promise. */
class EngineTest {
  private static final NamedArray BATCH = TinyLlama.batch(1, 6, 3, 10);

  private static final Output[] EVERYTHING = {
    Output.LOGITS, Output.TOKEN_LOGPROBS, Output.ENTROPY, Output.HIDDEN, Output.HIDDEN_STATES
  };

  @AfterEach
  void nothingNativeIsLeft() {
    assertThat(TorchBridge.openHandles().values()).isZero();
    assertThat(TorchBridge.openHandles().modules()).isZero();
  }

  static Stream<Opening> engines() {
    return Stream.of(
        new Opening(
            "train", model -> new PyTorchBackend().initialize(model, FinetuneSpec.steps(1))),
        new Opening("inference", model -> new PyTorchBackend().initializeForInference(model)));
  }

  record Opening(String name, UnaryOperator<Model> backend) {
    Model tiny() {
      return backend.apply(TinyLlama.create(false));
    }

    @Override
    public String toString() {
      return name;
    }
  }

  @ParameterizedTest
  @MethodSource("engines")
  void outputsArePackedAndKeepTheOrderOfTheItems(Opening opening) {
    try (Model model = opening.tiny()) {
      NamedArray together = model.engine().forward(BATCH, EVERYTHING);
      for (int i = 0; i < 3; i++) {
        NamedArray alone = model.engine().forward(BATCH.item(i), EVERYTHING);
        for (String name : alone.names()) {
          assertClose(together.item(i).get(name), alone.get(name), name);
        }
      }
    }
  }

  /**
   * Two f32 passes in other shapes: a sum of 40 terms, values up to 4, moves by at most about 40 *
   * 2^-24 * 4 = 1e-5.
   */
  private static void assertClose(TensorData found, TensorData expected, String name) {
    assertThat(found.shape()).isEqualTo(expected.shape());
    for (long i = 0; i < expected.size(); i++) {
      assertThat(Math.abs(found.getFloat(i) - expected.getFloat(i))).as(name).isLessThan(1e-5f);
    }
  }

  @ParameterizedTest
  @MethodSource("engines")
  void entriesOutsideTheOutputMaskAreZero(Opening opening) {
    try (Model model = opening.tiny()) {
      TensorData masked =
          model.engine().forward(BATCH, Output.TOKEN_LOGPROBS).get("token_logprobs");
      TensorData all =
          model
              .engine()
              .forward(BATCH.without("output_mask"), Output.TOKEN_LOGPROBS)
              .get("token_logprobs");
      boolean[] mask = BATCH.get("output_mask").toBooleans();
      int entry = 0;
      int token = 0;
      for (int length : BATCH.items().lengths()) {
        for (int t = 1; t < length; t++, entry++) {
          float expected = mask[token + t] ? all.getFloat(entry) : 0;
          assertThat(masked.getFloat(entry)).isCloseTo(expected, within(1e-5f));
        }
        token += length;
      }
    }
  }

  @ParameterizedTest
  @MethodSource("engines")
  void logprobsAreThoseOfTheLogitsAtATemperature(Opening opening) {
    try (Model model = opening.tiny()) {
      NamedArray all = BATCH.without("output_mask").item(2);
      TensorData logits = model.engine().forward(all, Output.LOGITS).get("logits");
      OutputRequest request =
          OutputRequest.of(Output.TOKEN_LOGPROBS, Output.ENTROPY).withTemperature(0.7);
      NamedArray out = model.engine().forward(all, request);
      for (int t = 0; t < 9; t++) {
        double sum = 0;
        for (int v = 0; v < TinyLlama.VOCABULARY; v++) {
          sum += Math.exp(logits.getFloat((long) t * TinyLlama.VOCABULARY + v) / 0.7);
        }
        double entropy = 0;
        for (int v = 0; v < TinyLlama.VOCABULARY; v++) {
          double logp = logits.getFloat((long) t * TinyLlama.VOCABULARY + v) / 0.7 - Math.log(sum);
          entropy -= Math.exp(logp) * logp;
          if (v == all.get("input_ids").getLong(t + 1)) {
            assertThat(out.get("token_logprobs").getDouble(t)).isCloseTo(logp, within(1e-5));
          }
        }
        assertThat(out.get("entropy").getDouble(t)).isCloseTo(entropy, within(1e-5));
      }
    }
  }

  @ParameterizedTest
  @MethodSource("engines")
  void savesWhatItReopensAsTheSameModel(Opening opening, @TempDir Path directory) {
    Path saved = directory.resolve("saved");
    try (Model model = opening.tiny()) {
      TensorData before = model.engine().forward(BATCH, Output.LOGITS).get("logits");
      model.engine().save(saved);
      Model again =
          HfModels.registry().create("hf", "again", Device.cpu(), Arguments.of("path", saved));
      try (Model reopened = opening.backend().apply(again)) {
        assertThat(reopened.engine().forward(BATCH, Output.LOGITS).get("logits")).isEqualTo(before);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("engines")
  void wrongBatchesAreRefusedWithEveryProblemAndTheEngineStaysUsable(Opening opening) {
    try (Model model = opening.tiny()) {
      NamedArray foreign =
          NamedArray.builder(Items.ofLengths(2))
              .put("input_ids", TensorData.ofLongs(new long[] {1, 29}, 2))
              .build();
      assertThatThrownBy(() -> model.engine().forward(foreign, Output.LOGITS))
          .isInstanceOf(InvalidInputException.class)
          .hasMessage("input_ids[1]: 29 (expected: 0 to 28)");
      int[] tooLong = {3000};
      assertThatThrownBy(() -> model.engine().forward(TinyLlama.batch(1, tooLong), Output.LOGITS))
          .isInstanceOf(InvalidInputException.class)
          .hasMessageContaining(
              "sequence length: 3000 (expected: at most max_position_embeddings 2048)");
      assertThatThrownBy(() -> model.engine().forward(BATCH, Output.VALUES))
          .isInstanceOf(UnsupportedFeatureException.class)
          .hasMessageContaining("VALUES");
      assertThatThrownBy(
              () -> model.engine().evalBatch(BATCH.without("loss_mask"), TinyLlama.crossEntropy()))
          .isInstanceOf(InvalidInputException.class)
          .hasMessage(
              "field loss_mask of objective cross-entropy: missing (expected: BOOL per TOKEN)");
      assertThat(model.engine().forward(BATCH, Output.LOGITS).has("logits")).isTrue();
    }
  }

  @ParameterizedTest
  @MethodSource("engines")
  void closesTwiceAndRefusesCallsAfterwards(Opening opening) {
    Model model = opening.tiny();
    model.close();
    model.close();
    assertThatThrownBy(() -> model.engine().forward(BATCH, Output.LOGITS))
        .isInstanceOf(EngineClosedException.class)
        .hasMessage("engine of LlamaForCausalLM: closed (expected: open)");
  }

  @Test
  void aSecondConcurrentCallerIsToldWhoIsInside() throws InterruptedException {
    try (Model model =
        new PyTorchBackend().initialize(TinyLlama.create(true), FinetuneSpec.steps(1))) {
      CountDownLatch inside = new CountDownLatch(1);
      CountDownLatch leave = new CountDownLatch(1);
      AtomicReference<Throwable> failure = new AtomicReference<>();
      Thread first =
          new Thread(
              () ->
                  model
                      .trainEngine()
                      .parameters(
                          (name, tensor) -> {
                            inside.countDown();
                            await(leave);
                          }),
              "first");
      first.setUncaughtExceptionHandler((thread, e) -> failure.set(e));
      first.start();
      inside.await();
      assertThatThrownBy(() -> model.engine().forward(BATCH, Output.LOGITS))
          .isInstanceOf(InvalidInputException.class)
          .hasMessageContaining("while thread first is inside");
      leave.countDown();
      first.join();
      assertThat(failure.get()).isNull();
    }
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void aModelThatRunsAlreadyOrLivesElsewhereIsRefused() {
    try (Model model = new PyTorchBackend().initializeForInference(TinyLlama.create(true))) {
      assertThatThrownBy(() -> new PyTorchBackend().initializeForInference(model))
          .isInstanceOf(InvalidInputException.class)
          .hasMessageStartingWith("module of model tiny: Engine");
    }
    Model elsewhere =
        new Model(
            "far",
            TinyLlama.create(true).network(),
            TinyLlama.create(true).tokenizer(),
            Device.cuda(0));
    assertThatThrownBy(() -> new PyTorchBackend().initializeForInference(elsewhere))
        .isInstanceOf(UnsupportedFeatureException.class)
        .hasMessage("device of model far: cuda:0 (expected: cpu)");
  }
}
