package dev.tenon.samples.custommodel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.tenon.backend.pytorch.PyTorchBackend;
import dev.tenon.error.InvalidInputException;
import dev.tenon.generation.GenerationOptions;
import dev.tenon.model.Model;
import dev.tenon.model.Output;
import dev.tenon.objective.LossFunction.Loss;
import dev.tenon.spec.Arguments;
import dev.tenon.spec.FinetuneSpec;
import dev.tenon.tensor.FieldKind;
import dev.tenon.tensor.Items;
import dev.tenon.tensor.NamedArray;
import dev.tenon.tensor.TensorData;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CustomModelTest {
  private static final Arguments SMALL = Arguments.of("layers", 3).with("hidden", 32);

  @TempDir private Path directory;
  private final ByteArrayOutputStream printed = new ByteArrayOutputStream();

  private CustomModel sample(int steps) {
    PrintStream out = new PrintStream(printed, true, StandardCharsets.UTF_8);
    return new CustomModel(directory.resolve("model"), steps, out);
  }

  @Test
  void learnsSavesReopensAndWrites() {
    assertThat(sample(40).run()).startsWith("The keeper ").hasSizeGreaterThan(50);
    assertThat(printed.toString(StandardCharsets.UTF_8)).contains("step 40/40", "nats per byte");
  }

  @Test
  void learnsMoreThanTheFrequenciesOfBytes() {
    assertThat(sample(60).train(SMALL)).isLessThan(2.5); // entropy of its bytes alone: 2.8
  }

  /** The engine that trains shifts rows, the one that generates reads its cache. */
  @Test
  void trainingAndInferenceAgree() {
    CustomModel sample = sample(1);
    NamedArray batch = batch(new long[] {84, 104, 101, 32, 99, 97, 116, 1, 2, 3}, 7, 3);
    try (Model train =
            new PyTorchBackend().initialize(sample.create(SMALL), FinetuneSpec.steps(1));
        Model inference = new PyTorchBackend().initializeForInference(sample.create(SMALL))) {
      float[] expected = train.engine().forward(batch, Output.LOGITS).get("logits").toFloats();
      float[] found = inference.engine().forward(batch, Output.LOGITS).get("logits").toFloats();
      for (int i = 0; i < expected.length; i++) {
        assertThat(found[i]).isEqualTo(expected[i], within(1e-4f));
      }
    }
  }

  @Test
  void anAnswerIsTheSameAloneAndBesideALongerPrompt() {
    GenerationOptions options = GenerationOptions.greedy(12);
    try (Model model = new PyTorchBackend().initializeForInference(sample(1).create(SMALL))) {
      long[] both =
          model
              .engine()
              .generate(batch(new long[] {84, 104, 99, 97, 116, 115, 32}, 2, 5), options)
              .get("input_ids")
              .toLongs();
      long[] alone =
          model
              .engine()
              .generate(batch(new long[] {84, 104}, 2), options)
              .get("input_ids")
              .toLongs();
      assertThat(both).startsWith(alone);
    }
  }

  /** The gradient against central differences in float64. */
  @Test
  void theLossHasTheGradientThatItClaims() {
    float[] logprobs = {-0.1f, -2f, -5f};
    Loss loss = loss(logprobs);
    float[] gradient = loss.gradients().get("token_logprobs").toFloats();
    for (int i = 0; i < logprobs.length; i++) {
      double h = 1e-5;
      double difference = (focal(logprobs[i] + h) - focal(logprobs[i] - h)) / (2 * h);
      assertThat((double) gradient[i]).isEqualTo(difference, within(1e-6));
    }
    assertThat(loss.weight()).isEqualTo(3);
  }

  @Test
  void theFactoryChecksItsArguments() {
    assertThatThrownBy(() -> sample(1).create(Arguments.of("layer", 2)))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("did you mean layers?");
  }

  private static double focal(double logprob) {
    return -(1 - Math.exp(logprob)) * logprob;
  }

  private static Loss loss(float[] logprobs) {
    Items items = Items.ofLengths(logprobs.length + 1);
    NamedArray outputs =
        NamedArray.builder(items)
            .put(
                "token_logprobs",
                FieldKind.NEXT_TOKEN,
                TensorData.ofFloats(logprobs, logprobs.length))
            .build();
    return new FocalLoss().compute(outputs, outputs);
  }

  private static NamedArray batch(long[] ids, int... lengths) {
    return NamedArray.builder(Items.ofLengths(lengths))
        .put("input_ids", TensorData.ofLongs(ids, ids.length))
        .build();
  }
}
