package dev.tenon.cli.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.backend.pytorch.PyTorchBackend;
import dev.tenon.model.Metrics;
import dev.tenon.model.Model;
import dev.tenon.modelinterface.sft.SftInterface;
import dev.tenon.nn.HfModels;
import dev.tenon.spec.Arguments;
import dev.tenon.spec.Precision;
import dev.tenon.tensor.Device;
import dev.tenon.tensor.TensorData;
import java.nio.file.Path;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Training in BF16 against the oracle's F32 numbers. The bounds are the largest deviations of
 * {@code torch.autocast(bfloat16)} from F32 on these folders; see decision 022.
 */
class Bf16BandTest {
  private static final double LOSS = 2.2e-3; // relative
  private static final double GRAD_NORM = 8.3e-3; // relative
  private static final double GRADIENT = 8.5e-2; // relative L2 over all gradients

  @ParameterizedTest
  @ValueSource(strings = {"llama", "llama-rope3-sharded", "llama-bf16-v4config", "gpt2"})
  void lossAndGradientsStayWithinTheBandOfAutocast(String name) {
    Path directory = Resources.directory("families/" + name);
    OracleFolder folder = OracleReader.folder(directory);
    Model network =
        HfModels.registry().create("hf", "band", Device.cpu(), Arguments.of("path", directory));
    double[] squares = new double[2];
    try (Model model =
        new PyTorchBackend().initialize(network, TrainRun.spec(4096).precision(Precision.BF16))) {
      Metrics metrics =
          model
              .trainEngine()
              .gradients(
                  folder.trainingBatch(),
                  SftInterface.objective(),
                  (key, found) -> add(squares, found, folder.tensor("grad." + key).orElseThrow()));
      double loss = folder.numbers().loss();
      assertThat(Math.abs(metrics.get("loss") / loss - 1)).isLessThan(LOSS);
      double norm = Math.sqrt(squares[1]);
      assertThat(Math.abs(metrics.get("grad_norm") / norm - 1)).isLessThan(GRAD_NORM);
    }
    assertThat(Math.sqrt(squares[0] / squares[1])).isBetween(1e-4, GRADIENT);
  }

  private static void add(double[] squares, TensorData found, TensorData expected) {
    for (long i = 0; i < expected.size(); i++) {
      squares[0] += Math.pow(found.getDouble(i) - expected.getDouble(i), 2);
      squares[1] += Math.pow(expected.getDouble(i), 2);
    }
  }
}
