package dev.tenon.backend.pytorch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.backend.pytorch.internal.TorchBridge;
import dev.tenon.generation.GenerationOptions;
import dev.tenon.model.Model;
import dev.tenon.objective.Objective;
import dev.tenon.spec.FinetuneSpec;
import dev.tenon.tensor.NamedArray;
import dev.tenon.tensor.TensorData;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Engines in threads of their own give the bits that each gives alone. */
class SideBySideTest {
  private static final int STEPS = 12;

  @AfterEach
  void nothingNativeIsLeft() {
    assertThat(TorchBridge.openHandles().values()).isZero();
    assertThat(TorchBridge.openHandles().modules()).isZero();
  }

  @Test
  void twoEnginesTrain() throws Exception {
    Callable<Map<String, TensorData>> one = () -> trained(1, TinyLlama.crossEntropy(), false);
    Callable<Map<String, TensorData>> other =
        () -> trained(2, TinyLlama.crossEntropy().asCoupled(), true);
    List<Object> alone = List.of(one.call(), other.call());
    assertThat(together(one, other)).isEqualTo(alone);
    assertThat(alone.get(0)).isNotEqualTo(alone.get(1));
  }

  @Test
  void oneEngineTrainsWhileAnotherGenerates() throws Exception {
    Callable<Map<String, TensorData>> training = () -> trained(1, TinyLlama.crossEntropy(), false);
    List<Object> alone = List.of(training.call(), generated());
    assertThat(together(training, SideBySideTest::generated)).isEqualTo(alone);
  }

  /** The weights after some steps with dropout and several micro-batches. */
  private static Map<String, TensorData> trained(
      long seed, Objective objective, boolean checkpointing) {
    FinetuneSpec spec =
        FinetuneSpec.steps(STEPS)
            .learningRate(1e-2)
            .microBatchTokens(40)
            .seed(seed)
            .gradientCheckpointing(checkpointing);
    try (Model model = new PyTorchBackend().initialize(TinyLlama.withDropout(0.2), spec)) {
      for (int i = 0; i < STEPS; i++) {
        model.trainEngine().trainBatch(TinyLlama.batch(i, 9, 14, 7, 1, 12, 25), objective);
      }
      return Gradients.parameters(model);
    }
  }

  private static List<TensorData> generated() {
    List<TensorData> answers = new ArrayList<>();
    try (Model model = new PyTorchBackend().initializeForInference(TinyLlama.create(true))) {
      for (int i = 0; i < STEPS; i++) {
        NamedArray prompts = TinyLlama.batch(i, 3, 5, 8).without("loss_mask", "output_mask");
        NamedArray answer =
            model.engine().generate(prompts, GenerationOptions.greedy(20).ignoringEos());
        answers.add(answer.get("input_ids"));
        answers.add(answer.get("logprobs"));
      }
    }
    return answers;
  }

  private static List<Object> together(Callable<?> one, Callable<?> other) throws Exception {
    CyclicBarrier start = new CyclicBarrier(2);
    ExecutorService threads = Executors.newFixedThreadPool(2);
    try {
      List<Future<Object>> results = new ArrayList<>();
      for (Callable<?> task : List.of(one, other)) {
        results.add(
            threads.submit(
                () -> {
                  start.await();
                  return task.call();
                }));
      }
      return List.of(results.get(0).get(), results.get(1).get());
    } finally {
      threads.shutdownNow();
    }
  }
}
