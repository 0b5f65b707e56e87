package dev.tenon.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.tenon.backend.pytorch.PyTorchBackend;
import dev.tenon.checkpoint.SafetensorsFile;
import dev.tenon.internal.Json;
import dev.tenon.model.Engine;
import dev.tenon.model.Head;
import dev.tenon.model.Model;
import dev.tenon.model.Output;
import dev.tenon.nn.HfModels;
import dev.tenon.spec.Arguments;
import dev.tenon.spec.FinetuneSpec;
import dev.tenon.tensor.Device;
import dev.tenon.tensor.Items;
import dev.tenon.tensor.NamedArray;
import dev.tenon.tensor.TensorData;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** Any mixture of settings that config.json may have means what it means to transformers. */
@Tag("python")
class PythonConfigTest {
  /** Mixtures of each family. */
  private static final int SEEDS = Integer.getInteger("tenon.config.seeds", 6);

  /** As the oracle's logits, for values up to this. */
  private static final double TOLERANCE = 2e-4;

  private static final double LARGEST = 10;

  @TempDir private Path scratch;

  @TestFactory
  Stream<DynamicTest> mixedSettingsMeanWhatTheyMeanToTransformers() throws Exception {
    Path out = Files.createDirectory(scratch.resolve("networks"));
    Path names =
        TransformersReference.run(
            "/python/config_reference.py", scratch, out.toString(), Integer.toString(SEEDS));
    List<?> all = (List<?>) Json.readObject(names).toMap().get("names");
    return all.stream()
        .map(x -> DynamicTest.dynamicTest(x.toString(), () -> compare(out.resolve(x.toString()))));
  }

  private static void compare(Path directory) throws Exception {
    SafetensorsFile reference = SafetensorsFile.open(directory.resolve("reference.safetensors"));
    Model model =
        HfModels.registry().create("hf", "model", Device.cpu(), Arguments.of("path", directory));
    NamedArray batch = batch(reference);
    float[] expected = reference.read("outputs").toFloats();
    String settings = Files.readString(directory.resolve("config.json"));
    PyTorchBackend backend = new PyTorchBackend();
    try (Model fused = backend.initializeForInference(model);
        Model trained = backend.initialize(model, FinetuneSpec.steps(1))) {
      for (Engine engine : List.of(fused.engine(), trained.engine())) {
        Output output = output(model.network().head());
        float[] found = engine.forward(batch, output).get(output.field()).toFloats();
        assertThat(found).as(settings).hasSize(expected.length);
        double scale = Math.max(1, largest(expected) / LARGEST);
        for (int i = 0; i < found.length; i++) {
          assertThat(found[i])
              .as("%s[%s] of %s", output, i, settings)
              .isCloseTo(expected[i], within((float) (TOLERANCE * scale)));
        }
      }
    }
  }

  private static double largest(float... values) {
    double largest = 0;
    for (float value : values) {
      largest = Math.max(largest, Math.abs(value));
    }
    return largest;
  }

  private static NamedArray batch(SafetensorsFile reference) {
    int tokens = (int) reference.info("input_ids").shape().size();
    NamedArray.Builder batch = NamedArray.builder(Items.ofLengths(tokens));
    for (String name : List.of("input_ids", "token_type_ids")) {
      if (reference.names().contains(name)) {
        batch.put(name, TensorData.ofLongs(reference.read(name).toLongs(), tokens));
      }
    }
    return batch.build();
  }

  private static Output output(Head head) {
    return head == Head.POOLED_EMBEDDING ? Output.HIDDEN : SavedDirectory.output(head);
  }
}
