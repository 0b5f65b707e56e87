package dev.tenon.backend.pytorch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenon.backend.testkit.LeakExtension;
import dev.tenon.error.UnsupportedFeatureException;
import dev.tenon.model.Model;
import dev.tenon.model.Output;
import dev.tenon.spec.FinetuneSpec;
import dev.tenon.tensor.Device;
import dev.tenon.tensor.NamedArray;
import dev.tenon.tensor.TensorData;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What both engines promise beyond the contract of every backend. */
class EngineTest {
  @RegisterExtension static final LeakExtension LEAKS = NativeLeaks.extension();

  private static final NamedArray BATCH = TinyLlama.batch(1, 6, 3, 10);

  private static final Output[] EVERYTHING = {
    Output.LOGITS, Output.TOKEN_LOGPROBS, Output.ENTROPY, Output.HIDDEN, Output.HIDDEN_STATES
  };

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

  @Test
  void aModelThatLivesElsewhereIsRefused() {
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
