package dev.tenon.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.tenon.backend.pytorch.PyTorchBackend;
import dev.tenon.cli.conformance.Resources;
import dev.tenon.cli.conformance.SquaredError;
import dev.tenon.model.Model;
import dev.tenon.model.Output;
import dev.tenon.nn.HfModels;
import dev.tenon.spec.AdamW;
import dev.tenon.spec.Arguments;
import dev.tenon.spec.FinetuneSpec;
import dev.tenon.spec.Schedule;
import dev.tenon.tensor.Device;
import dev.tenon.tensor.FieldKind;
import dev.tenon.tensor.Items;
import dev.tenon.tensor.NamedArray;
import dev.tenon.tensor.TensorData;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** A language model gets a value head, is saved, and is a classification of transformers. */
@Tag("python")
class PythonValueHeadTest {
  private static final int[] LENGTHS = {7, 1, 19, 4, 12};
  private static final int STEPS = 3;
  private static final double LEARNING_RATE = 1e-3;

  private static final List<String> FOLDERS =
      List.of(
          "llama",
          "llama-bf16-v4config",
          "gpt2",
          "gpt2-hub-names",
          "mistral-window8",
          "qwen2",
          "qwen3",
          "gemma",
          "gemma2",
          "mixtral");

  @TempDir private Path scratch;

  @TestFactory
  Stream<DynamicTest> scoresAndTrainingAreThoseOfTransformers() throws Exception {
    List<Object> requests = new ArrayList<>();
    for (String folder : FOLDERS) {
      Path source = Resources.directory("families/" + folder);
      Path saved = scratch.resolve(folder);
      Model value = open(Arguments.of("path", source).with("head", "value").with("seed", 11));
      try (Model model = new PyTorchBackend().initialize(value, spec())) {
        model.engine().save(saved);
      }
      requests.add(request(saved, batch(value.network().vocabSize())));
    }
    List<?> answers =
        (List<?>)
            TransformersReference.ask(scratch, Map.of("score_cases", requests), scratch)
                .get("answers");
    return IntStream.range(0, answers.size())
        .mapToObj(
            i ->
                DynamicTest.dynamicTest(
                    FOLDERS.get(i),
                    () -> compare(scratch.resolve(FOLDERS.get(i)), (Map<?, ?>) answers.get(i))));
  }

  private static void compare(Path saved, Map<?, ?> answer) {
    double[] scores = TransformersReference.numbers(answer.get("scores"));
    double[] losses = TransformersReference.numbers(answer.get("score_losses"));
    Model reopened = open(Arguments.of("path", saved));
    NamedArray batch = batch(reopened.network().vocabSize());
    try (Model model = new PyTorchBackend().initializeForInference(reopened)) {
      TensorData found = model.engine().forward(batch, Output.SCORES).get("scores");
      for (int i = 0; i < scores.length; i++) {
        assertThat(found.getDouble(i)).isCloseTo(scores[i], within(2e-4));
      }
    }
    try (Model model = new PyTorchBackend().initialize(reopened, spec())) {
      for (double loss : losses) {
        double found = model.trainEngine().trainBatch(batch, SquaredError.OBJECTIVE).get("loss");
        assertThat(found).isCloseTo(loss, within(1e-4));
      }
    }
  }

  private static FinetuneSpec spec() {
    AdamW defaults = AdamW.defaults();
    return FinetuneSpec.steps(STEPS)
        .learningRate(LEARNING_RATE)
        .schedule(Schedule.constant(0))
        .optimizer(new AdamW(defaults.beta1(), defaults.beta2(), defaults.eps(), 0))
        .maxGradNorm(0)
        .microBatchTokens(24);
  }

  private static Model open(Arguments arguments) {
    return HfModels.registry().create("hf", "critic", Device.cpu(), arguments);
  }

  private static NamedArray batch(int vocabSize) {
    Random random = new Random(5);
    NamedArray.Builder batch = NamedArray.builder(Items.ofLengths(LENGTHS));
    int tokens = 0;
    float[] targets = new float[LENGTHS.length];
    for (int i = 0; i < LENGTHS.length; i++) {
      tokens += LENGTHS[i];
      targets[i] = (float) random.nextGaussian();
    }
    long[] ids = random.longs(tokens, 0, vocabSize).toArray();
    return batch
        .put("input_ids", TensorData.ofLongs(ids, tokens))
        .put("targets", FieldKind.SEQUENCE, TensorData.ofFloats(targets, targets.length))
        .build();
  }

  private static Map<String, Object> request(Path directory, NamedArray batch) {
    List<Object> sequences = new ArrayList<>();
    List<Object> targets = new ArrayList<>();
    for (int i = 0; i < LENGTHS.length; i++) {
      sequences.add(LongStream.of(batch.item(i).get("input_ids").toLongs()).boxed().toList());
      targets.add(batch.get("targets").getDouble(i));
    }
    return Map.of(
        "directory", directory.toString(),
        "score_sequences", sequences,
        "targets", targets,
        "learning_rate", LEARNING_RATE,
        "steps", STEPS);
  }
}
