package dev.tenon.backend.pytorch.internal.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenon.backend.pytorch.Gradients;
import dev.tenon.backend.pytorch.NativeLeaks;
import dev.tenon.backend.pytorch.PyTorchBackend;
import dev.tenon.backend.pytorch.TinyLlama;
import dev.tenon.backend.pytorch.internal.TorchBridge;
import dev.tenon.backend.testkit.LeakExtension;
import dev.tenon.checkpoint.Weights;
import dev.tenon.error.TrainingDivergedException;
import dev.tenon.model.Engine;
import dev.tenon.model.Model;
import dev.tenon.model.Output;
import dev.tenon.nn.HfModels;
import dev.tenon.nn.script.Prelude;
import dev.tenon.spec.Arguments;
import dev.tenon.spec.FinetuneSpec;
import dev.tenon.spec.Precision;
import dev.tenon.tensor.Device;
import dev.tenon.tensor.NamedArray;
import dev.tenon.tensor.TensorData;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SortedSet;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Activations beyond 65504, where F16 ends, as large models have them. */
class F16RangeTest {
  @RegisterExtension static final LeakExtension LEAKS = NativeLeaks.extension();

  private static final NamedArray BATCH = TinyLlama.batch(1, 6, 3, 10);
  private static final Output[] OUTPUTS = {Output.LOGITS, Output.TOKEN_LOGPROBS};

  @TempDir private Path directory;

  /** Weights whose gates and ups are so large that their product is beyond F16. */
  private record Large(Weights source) implements Weights {
    @Override
    public SortedSet<String> names() {
      return source.names();
    }

    @Override
    public Info info(String name) {
      return source.info(name);
    }

    @Override
    public TensorData read(String name) {
      TensorData tensor = source.read(name);
      if (!name.contains("gate_proj.weight") && !name.contains("up_proj.weight")) {
        return tensor;
      }
      float[] values = tensor.toFloats();
      for (int i = 0; i < values.length; i++) {
        values[i] *= 1e4f;
      }
      return TensorData.ofFloats(values, tensor.shape().toArray());
    }
  }

  private Model network;

  @BeforeEach
  void save() throws IOException {
    Model small = TinyLlama.create(true);
    Files.createDirectories(directory.resolve("large"));
    small.network().save(directory.resolve("large"), new Large(small.network().weights()));
    network =
        HfModels.registry()
            .create(
                "hf",
                "large",
                Device.cpu(),
                Arguments.of("path", directory.resolve("large").toString()));
  }

  @ParameterizedTest
  @EnumSource(
      value = Prelude.class,
      names = {"F16_WEIGHTS", "F16"})
  void inferenceDoesNotOverflow(Prelude prelude) {
    TorchBridge bridge = TorchBridge.start();
    try (Engine exact =
            TorchInferenceEngine.open("pytorch", bridge, network.network(), Prelude.F32, 0, 1);
        Engine engine =
            TorchInferenceEngine.open("pytorch", bridge, network.network(), prelude, 0, 1)) {
      NamedArray expected = exact.forward(BATCH, OUTPUTS);
      NamedArray found = engine.forward(BATCH, OUTPUTS);
      for (String name : expected.names()) {
        double error = Gradients.distance(found.get(name), expected.get(name));
        double size =
            Gradients.distance(
                expected.get(name),
                TensorData.zeros(expected.get(name).dtype(), expected.get(name).shape().toArray()));
        assertThat(error / size).as(name).isGreaterThan(0).isLessThan(0.003);
      }
    }
  }

  /** autocast overflows too; what comes of it is told and not trained. */
  @Test
  void trainingSaysSo() {
    FinetuneSpec spec = FinetuneSpec.steps(9).precision(Precision.F16).maxSkippedSteps(1);
    try (Model model = new PyTorchBackend().initialize(network, spec)) {
      assertThat(model.trainEngine().trainBatch(BATCH, TinyLlama.crossEntropy()).get("skipped"))
          .isEqualTo(1);
      assertThatThrownBy(() -> model.trainEngine().trainBatch(BATCH, TinyLlama.crossEntropy()))
          .isInstanceOf(TrainingDivergedException.class);
    }
  }
}
