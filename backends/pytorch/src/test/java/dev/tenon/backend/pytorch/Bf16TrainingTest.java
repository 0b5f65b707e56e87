package dev.tenon.backend.pytorch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.backend.testkit.LeakExtension;
import dev.tenon.checkpoint.CheckpointDirectory;
import dev.tenon.generation.GenerationOptions;
import dev.tenon.model.Metrics;
import dev.tenon.model.Model;
import dev.tenon.model.TrainEngine;
import dev.tenon.spec.FinetuneSpec;
import dev.tenon.spec.Precision;
import dev.tenon.spec.Schedule;
import dev.tenon.tensor.NamedArray;
import dev.tenon.tensor.TensorData;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Training whose linear layers compute in BF16. */
class Bf16TrainingTest {
  @RegisterExtension static final LeakExtension LEAKS = NativeLeaks.extension();

  private static final NamedArray BATCH = TinyLlama.batch(5, 9, 3, 12, 7);
  private static final FinetuneSpec F32 =
      FinetuneSpec.steps(20).learningRate(1e-2).schedule(Schedule.constant(0));
  private static final FinetuneSpec BF16 = F32.precision(Precision.BF16);

  @TempDir private Path directory;

  private static Model open(FinetuneSpec spec) {
    return new PyTorchBackend().initialize(TinyLlama.withDropout(0.2), spec);
  }

  private static Map<String, TensorData> gradients(FinetuneSpec spec) {
    Map<String, TensorData> gradients = new TreeMap<>();
    try (Model model = open(spec)) {
      Metrics unused =
          model.trainEngine().gradients(BATCH, TinyLlama.crossEntropy(), gradients::put);
    }
    return gradients;
  }

  private static Map<String, TensorData> parameters(TrainEngine engine) {
    Map<String, TensorData> parameters = new TreeMap<>();
    engine.parameters(parameters::put);
    return parameters;
  }

  /** autocast moves gradients of networks of this size by 3 to 9 % in L2, and so does this. */
  @Test
  void gradientsAreNearThoseOfF32AndNotTheSame() {
    assertThat(error(gradients(BF16), gradients(F32))).isBetween(1e-3, 0.1);
  }

  @Test
  void checkpointingRunsTheSameMasksAndSums() {
    // Blocks that run again give the same bits; the head in chunks may sum in another order.
    assertThat(error(gradients(BF16.gradientCheckpointing(true)), gradients(BF16)))
        .isLessThan(1e-4);
  }

  @Test
  void microBatchesChangeNothingButRounding() {
    FinetuneSpec plain = BF16.disableDropout(true);
    assertThat(error(gradients(plain.microBatchTokens(12)), gradients(plain))).isLessThan(0.02);
  }

  @Test
  void mastersKeepWhatBf16WouldLose() {
    FinetuneSpec slow = BF16.learningRate(1e-6);
    try (Model model = open(slow)) {
      Map<String, TensorData> before = parameters(model.trainEngine());
      model.trainEngine().trainBatch(BATCH, TinyLlama.crossEntropy());
      parameters(model.trainEngine())
          .forEach((name, now) -> assertThat(now).as(name).isNotEqualTo(before.get(name)));
    }
  }

  @Test
  void lossFallsAndTheEngineGeneratesBetweenSteps() {
    try (Model model = open(BF16)) {
      double first = model.engine().evalBatch(BATCH, TinyLlama.crossEntropy()).get("loss");
      for (int i = 0; i < 10; i++) {
        model.trainEngine().trainBatch(BATCH, TinyLlama.crossEntropy());
      }
      double last = model.engine().evalBatch(BATCH, TinyLlama.crossEntropy()).get("loss");
      assertThat(last).isLessThan(first - 0.5);
      NamedArray answer = model.engine().generate(BATCH.item(1), GenerationOptions.greedy(4));
      assertThat(answer.get("input_ids").size()).isBetween(4L, 7L);
    }
  }

  @Test
  void aResumeIsExact() throws Exception {
    Path state = Files.createDirectory(directory.resolve("state"));
    Map<String, TensorData> straight;
    try (Model model = open(BF16)) {
      for (int i = 0; i < 3; i++) {
        model.trainEngine().trainBatch(BATCH, TinyLlama.crossEntropy());
      }
      model.trainEngine().saveState(state);
      for (int i = 0; i < 3; i++) {
        model.trainEngine().trainBatch(BATCH, TinyLlama.crossEntropy());
      }
      straight = parameters(model.trainEngine());
    }
    try (Model model = open(BF16)) {
      model.trainEngine().loadState(state);
      for (int i = 0; i < 3; i++) {
        model.trainEngine().trainBatch(BATCH, TinyLlama.crossEntropy());
      }
      assertThat(parameters(model.trainEngine())).isEqualTo(straight);
    }
  }

  /** The record says what computed; the weights stay F32. */
  @Test
  void whatItSavesIsF32() throws Exception {
    Path saved = directory.resolve("saved");
    try (Model model = open(BF16)) {
      model.engine().save(saved);
    }
    assertThat(Files.readString(saved.resolve(CheckpointDirectory.MARK)))
        .contains("\"precision\": \"bf16\"");
    assertThat(Files.readString(saved.resolve("config.json"))).contains("float32");
  }

  private static double error(Map<String, TensorData> found, Map<String, TensorData> expected) {
    double difference = 0;
    double norm = 0;
    for (Map.Entry<String, TensorData> entry : expected.entrySet()) {
      float[] exact = entry.getValue().toFloats();
      float[] values = found.get(entry.getKey()).toFloats();
      for (int i = 0; i < exact.length; i++) {
        difference += Math.pow((double) values[i] - exact[i], 2);
        norm += Math.pow(exact[i], 2);
      }
    }
    return Math.sqrt(difference / norm);
  }
}
