package dev.tenon.backend.pytorch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.backend.testkit.LeakExtension;
import dev.tenon.generation.GenerationOptions;
import dev.tenon.model.Model;
import dev.tenon.spec.FinetuneSpec;
import dev.tenon.spec.Schedule;
import dev.tenon.tensor.NamedArray;
import dev.tenon.tensor.TensorData;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TrainEngineTest {
  @RegisterExtension static final LeakExtension LEAKS = NativeLeaks.extension();

  private static final int[] LENGTHS = {9, 4, 7, 1, 12, 5};

  private final NamedArray batch = TinyLlama.batch(3, LENGTHS);

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
}
