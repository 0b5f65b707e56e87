package dev.tenon.cli.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.tenon.backend.pytorch.PyTorchBackend;
import dev.tenon.error.UnsupportedFeatureException;
import dev.tenon.internal.Json;
import dev.tenon.model.Metrics;
import dev.tenon.model.Model;
import dev.tenon.model.Output;
import dev.tenon.modelinterface.sft.RouterLoss;
import dev.tenon.modelinterface.sft.SftInterface;
import dev.tenon.nn.HfModels;
import dev.tenon.spec.Arguments;
import dev.tenon.spec.FinetuneSpec;
import dev.tenon.tensor.Device;
import dev.tenon.tensor.NamedArray;
import dev.tenon.tensor.TensorData;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** {@code router/mixtral.json} is what transformers made of the same weights and batch. */
class RouterLossTest {
  private static final Path FOLDER = Resources.directory("families/mixtral");

  /** All of the batch in one micro-batch: the loss is of a micro-batch. */
  private static final FinetuneSpec SPEC =
      FinetuneSpec.steps(1).learningRate(1e-3).microBatchTokens(1000);

  private final NamedArray batch = OracleReader.folder(FOLDER).trainingBatch();

  @Test
  void itIsTheLossOfTransformers() throws IOException {
    JsonObject expected = expected();
    RouterLoss router =
        new RouterLoss(expected.number("coefficient"), (int) expected.number("experts_per_token"));
    Map<String, TensorData> gradients = new TreeMap<>();
    try (Model model = new PyTorchBackend().initialize(open("mixtral"), SPEC)) {
      Metrics metrics = model.trainEngine().gradients(batch, router.objective(), gradients::put);
      assertThat(metrics.get("loss")).isCloseTo(expected.number("loss"), within(Tolerances.LOSS));
      double norm = expected.number("grad_norm");
      assertThat(metrics.get("grad_norm")).isCloseTo(norm, within(Tolerances.GRAD_NORM * norm));
      for (Object name : expected.object("grad").values().keySet()) {
        JsonObject gradient = expected.object("grad").object((String) name);
        TensorData found = gradients.get((String) name);
        assertThat(Errors.norm(found))
            .isCloseTo(gradient.number("norm"), within(Tolerances.GRADIENT_ELEMENT));
        List<Double> first = gradient.numbers("first");
        for (int i = 0; i < first.size(); i++) {
          assertThat(found.getDouble(i))
              .isCloseTo(first.get(i), within(Tolerances.GRADIENT_ELEMENT));
        }
      }

      Metrics step = new SftInterface(router).trainStep(model, batch);
      double router1 = expected.number("router_loss");
      assertThat(step.get("router_loss")).isCloseTo(router1, within(Tolerances.LOSS));
      double plain = expected.number("loss") - expected.number("coefficient") * router1;
      assertThat(step.get("loss")).isCloseTo(plain, within(2 * Tolerances.LOSS));
      assertThat(step.get("ppl")).isCloseTo(Math.exp(plain), within(1e-4 * Math.exp(plain)));
    }
  }

  @Test
  void aNetworkWithoutExpertsHasNoRouterLogits() {
    try (Model model = new PyTorchBackend().initializeForInference(open("llama"))) {
      assertThatThrownBy(() -> model.engine().forward(batch, Output.ROUTER_LOGITS))
          .isInstanceOf(UnsupportedFeatureException.class)
          .hasMessageContaining("ROUTER_LOGITS");
    }
  }

  private static Model open(String folder) {
    return HfModels.registry()
        .create(
            "hf",
            "model",
            Device.cpu(),
            Arguments.of("path", Resources.directory("families/" + folder)));
  }

  private static JsonObject expected() throws IOException {
    Path file = Resources.directory("router").resolve("mixtral.json");
    return new JsonObject("router", Json.parseObject(Files.readAllBytes(file), "router").toMap());
  }
}
