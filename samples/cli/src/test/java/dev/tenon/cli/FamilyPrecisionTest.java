package dev.tenon.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.backend.pytorch.PyTorchBackend;
import dev.tenon.cli.conformance.Resources;
import dev.tenon.model.Metrics;
import dev.tenon.model.Model;
import dev.tenon.model.Output;
import dev.tenon.nn.HfModels;
import dev.tenon.nn.lora.LoraConfig;
import dev.tenon.nn.lora.LoraNetwork;
import dev.tenon.spec.Arguments;
import dev.tenon.spec.FinetuneSpec;
import dev.tenon.spec.InferenceSpec;
import dev.tenon.spec.Precision;
import dev.tenon.tensor.Device;
import dev.tenon.tensor.NamedArray;
import dev.tenon.tensor.TensorData;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every family runs in every precision, and trains in bf16 as a whole and through adapters. */
class FamilyPrecisionTest {
  private static final PyTorchBackend BACKEND = new PyTorchBackend();

  private static Model open(String folder) {
    return HfModels.registry()
        .create(
            "hf",
            "model",
            Device.cpu(),
            Arguments.of("path", Resources.directory("families/" + folder)));
  }

  /**
   * Relative L2 error against F32. Rounding makes errors of about 0.2 % of a weight in BF16, 1 % of
   * weights and activations with 8 bits, 10 % of weights with 4; layers add them in squares.
   */
  private static double bound(Precision precision) {
    return switch (precision) {
      case BF16 -> 0.04;
      case INT8 -> 0.2;
      default -> 0.7;
    };
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "llama-rope3-sharded",
        "llama-bf16-v4config",
        "gpt2",
        "mistral-window8",
        "qwen2",
        "qwen3",
        "gemma",
        "gemma2",
        "mixtral",
        "bert-mlm",
        "bert-cls",
        "bert-minilm",
        "roberta-mlm",
        "roberta-cls",
        "distilbert-mlm",
        "distilbert-cls"
      })
  void outputsOfEveryPrecisionAreNearThoseOfF32(String folder) {
    Model network = open(folder);
    float[] expected = outputs(network, Precision.F32);
    for (Precision precision : new Precision[] {Precision.BF16, Precision.INT8, Precision.INT4}) {
      double error = error(Map.of("", outputs(network, precision)), Map.of("", expected));
      assertThat(error).as("%s", precision).isGreaterThan(0).isLessThan(bound(precision));
    }
  }

  private static float[] outputs(Model network, Precision precision) {
    Output output = SavedDirectory.output(network.network().head());
    NamedArray batch = SavedDirectory.batch(network.network());
    InferenceSpec spec = InferenceSpec.defaults().precision(precision);
    try (Model model = BACKEND.initializeForInference(network, spec)) {
      return model.engine().forward(batch, output).get(output.field()).toFloats();
    }
  }

  /**
   * autocast moves gradients of networks of this size by 1 to 10 %, and so does this. Where experts
   * are chosen by a hair, another choice moves them by more.
   */
  @ParameterizedTest
  @CsvSource({
    "llama, 0.2",
    "gpt2, 0.2",
    "mistral-window8, 0.2",
    "qwen2, 0.2",
    "qwen3, 0.2",
    "gemma, 0.2",
    "gemma2, 0.2",
    "mixtral, 0.7",
    "bert-mlm, 0.2",
    "bert-cls, 0.2",
    "bert-minilm, 0.2",
    "roberta-mlm, 0.2",
    "distilbert-cls, 0.2"
  })
  void gradientsInBf16AreNearThoseOfF32(String folder, double bound) {
    Model network = open(folder);
    LoraNetwork adapted = LoraNetwork.create(network.network(), LoraConfig.rank(3).alpha(5), 4);
    for (Model model : new Model[] {network, network.withModule(adapted)}) {
      double error = error(gradients(model, Precision.BF16), gradients(model, Precision.F32));
      assertThat(error).as("%s", model.network()).isGreaterThan(0).isLessThan(bound);
    }
  }

  private static Map<String, float[]> gradients(Model network, Precision precision) {
    Map<String, float[]> gradients = new TreeMap<>();
    NamedArray batch = SavedDirectory.batch(network.network());
    FinetuneSpec spec = FinetuneSpec.steps(1).disableDropout(true).precision(precision);
    try (Model model = BACKEND.initialize(network, spec)) {
      Metrics unused =
          model
              .trainEngine()
              .gradients(
                  batch,
                  SavedDirectory.sines(SavedDirectory.output(network.network().head())),
                  (String name, TensorData values) -> gradients.put(name, values.toFloats()));
    }
    return gradients;
  }

  private static double error(Map<String, float[]> found, Map<String, float[]> expected) {
    assertThat(found.keySet()).isEqualTo(expected.keySet());
    double difference = 0;
    double size = 0;
    for (Map.Entry<String, float[]> each : expected.entrySet()) {
      float[] other = found.getOrDefault(each.getKey(), new float[0]);
      for (int i = 0; i < other.length; i++) {
        difference += Math.pow(other[i] - each.getValue()[i], 2);
        size += Math.pow(each.getValue()[i], 2);
      }
    }
    return Math.sqrt(difference / size);
  }
}
