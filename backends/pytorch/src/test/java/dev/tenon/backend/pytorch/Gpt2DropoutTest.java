package dev.tenon.backend.pytorch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.tenon.model.Model;
import dev.tenon.nn.HfModels;
import dev.tenon.nn.family.gpt2.Gpt2Config;
import dev.tenon.nn.family.gpt2.Gpt2Config.Dropout;
import dev.tenon.spec.FinetuneSpec;
import dev.tenon.tensor.Device;
import dev.tenon.tensor.NamedArray;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Each of gpt2's three probabilities reaches its place, in training only. */
class Gpt2DropoutTest {
  private static final NamedArray BATCH = TinyLlama.batch(3, 9, 5, 12);

  static Stream<Dropout> places() {
    return Stream.of(
        new Dropout(0.3, 0, 0), new Dropout(0, 0.3, 0), new Dropout(0, 0, 0.3), Dropout.of(0));
  }

  @ParameterizedTest
  @MethodSource("places")
  void dropoutIsForTrainingAlone(Dropout dropout) {
    FinetuneSpec spec = FinetuneSpec.steps(1).learningRate(1e-4);
    double plain;
    try (Model model = new PyTorchBackend().initialize(model(dropout), spec)) {
      plain = model.engine().evalBatch(BATCH, TinyLlama.crossEntropy()).get("loss");
      double trained = model.trainEngine().trainBatch(BATCH, TinyLlama.crossEntropy()).get("loss");
      if (dropout.equals(Dropout.of(0))) {
        assertThat(trained).isCloseTo(plain, within(1e-5));
      } else {
        assertThat(Math.abs(trained - plain)).isGreaterThan(1e-5);
      }
    }
    try (Model model = new PyTorchBackend().initialize(model(dropout), spec.disableDropout(true))) {
      assertThat(model.trainEngine().trainBatch(BATCH, TinyLlama.crossEntropy()).get("loss"))
          .isCloseTo(plain, within(1e-5));
    }
  }

  private static Model model(Dropout dropout) {
    Gpt2Config config =
        Gpt2Config.of(TinyLlama.VOCABULARY, 24, 2, 4).withPositions(16).withDropout(dropout);
    return HfModels.create("tiny", Device.cpu(), config.toMap(), TinyLlama.tokenizer(), 7);
  }
}
