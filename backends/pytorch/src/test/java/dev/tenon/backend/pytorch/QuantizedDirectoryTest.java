package dev.tenon.backend.pytorch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenon.backend.testkit.LeakExtension;
import dev.tenon.checkpoint.CheckpointDirectory;
import dev.tenon.checkpoint.SafetensorsFile;
import dev.tenon.error.CheckpointException;
import dev.tenon.error.UnsupportedFeatureException;
import dev.tenon.generation.GenerationOptions;
import dev.tenon.model.Model;
import dev.tenon.model.Output;
import dev.tenon.nn.HfModels;
import dev.tenon.spec.Arguments;
import dev.tenon.spec.FinetuneSpec;
import dev.tenon.spec.InferenceSpec;
import dev.tenon.spec.Precision;
import dev.tenon.tensor.Device;
import dev.tenon.tensor.NamedArray;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Weights that are saved quantised. */
class QuantizedDirectoryTest {
  @RegisterExtension static final LeakExtension LEAKS = NativeLeaks.extension();

  private static final NamedArray BATCH = TinyLlama.batch(1, 6, 3, 10);
  private static final Output[] OUTPUTS = {Output.LOGITS, Output.HIDDEN, Output.TOKEN_LOGPROBS};

  @TempDir private Path directory;

  private final PyTorchBackend backend = new PyTorchBackend();

  private Path save(Model network, Precision precision) {
    Path saved = directory.resolve(precision.label());
    try (Model model =
        backend.initializeForInference(network, InferenceSpec.defaults().precision(precision))) {
      model.engine().save(saved);
    }
    return saved;
  }

  private static Model open(Path saved) {
    return HfModels.registry().create("hf", "again", Device.cpu(), Arguments.of("path", saved));
  }

  @ParameterizedTest
  @EnumSource(names = {"INT8", "INT4"})
  void whatIsReopenedGivesTheBitsOfWhatWasSaved(Precision precision) throws IOException {
    for (Model network : new Model[] {TinyLlama.create(true), TinyLlama.deep()}) {
      NamedArray expected;
      try (Model model =
          backend.initializeForInference(network, InferenceSpec.defaults().precision(precision))) {
        expected = model.engine().forward(BATCH, OUTPUTS);
      }
      try (Model model = backend.initializeForInference(open(save(network, precision)))) {
        assertThat(model.engine().toString()).contains(precision.label());
        assertThat(model.engine().forward(BATCH, OUTPUTS)).isEqualTo(expected);
        NamedArray answer = model.engine().generate(BATCH.item(0), GenerationOptions.greedy(3));
        assertThat(answer.get("input_ids").size()).isBetween(7L, 9L);
        Path copy = directory.resolve("copy-" + network.network().hashCode());
        model.engine().save(copy);
        assertThat(Files.mismatch(weights(copy), weights(directory.resolve(precision.label()))))
            .isEqualTo(-1);
      }
    }
  }

  private static Path weights(Path saved) {
    return saved.resolve("quantized.safetensors");
  }

  /** A quarter and an eighth of F32, and the embedding in BF16, scales, norms beside. */
  @Test
  void theFilesShrink() throws IOException {
    Model network = TinyLlama.deep();
    long parameters =
        network.network().parameters().stream().mapToLong(x -> x.shape().size()).sum();
    assertThat(Files.size(weights(save(network, Precision.INT8)))).isLessThan(parameters * 12 / 10);
    assertThat(Files.size(weights(save(network, Precision.INT4)))).isLessThan(parameters * 7 / 10);
  }

  @Test
  void theDirectoryTellsWhatItIsToWhoeverDoesNotKnowIt() throws IOException {
    Path saved = save(TinyLlama.create(true), Precision.INT8);
    assertThat(Files.readString(saved.resolve(CheckpointDirectory.MARK)))
        .contains("\"quantization\": \"int8\"");
    assertThat(Files.readString(saved.resolve("config.json")))
        .contains("quantization_config", "\"quant_method\": \"tenon\"", "\"model_type\"");
    try (Stream<Path> files = Files.list(saved)) {
      assertThat(files.map(x -> x.getFileName().toString()))
          .contains("quantized.safetensors", "tokenizer.json")
          .noneMatch(x -> x.startsWith("model."));
    }
  }

  @Test
  void itRunsInItsOwnPrecisionAndForInferenceAlone() {
    Model saved = open(save(TinyLlama.create(true), Precision.INT8));
    assertThatThrownBy(
            () ->
                backend.initializeForInference(
                    saved, InferenceSpec.defaults().precision(Precision.F32)))
        .isInstanceOf(UnsupportedFeatureException.class)
        .hasMessage("precision: F32 (expected: INT8, in which the weights are stored)");
    assertThatThrownBy(() -> backend.initialize(saved, FinetuneSpec.steps(1)))
        .isInstanceOf(UnsupportedFeatureException.class)
        .hasMessageContaining("quantized weights");
    assertThatThrownBy(() -> saved.network().weights().read("lm_head.weight"))
        .isInstanceOf(UnsupportedFeatureException.class);
  }

  @Test
  void anotherLayoutAndPartsThatAreMissingAreRefused() throws IOException {
    Path saved = save(TinyLlama.create(true), Precision.INT8);
    Path config = saved.resolve("config.json");
    String text = Files.readString(config);
    Files.writeString(config, text.replace("\"layout\": 3", "\"layout\": 1"));
    assertThatThrownBy(() -> open(saved))
        .isInstanceOf(UnsupportedFeatureException.class)
        .hasMessageContaining("layout: 1 (expected: 3)");
    Files.writeString(config, text.replace("\"num_hidden_layers\": 2", "\"num_hidden_layers\": 3"));
    assertThatThrownBy(() -> open(saved))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("layers.2.*: missing");
    // Codes of 8 bits where 4 are expected.
    Files.writeString(config, text.replace("\"int8\"", "\"int4\""));
    assertThatThrownBy(() -> backend.initializeForInference(open(saved)))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("codes and scales do not fit");
    assertThat(SafetensorsFile.open(weights(saved)).names()).contains("layers.0.qkv.codes");
  }
}
