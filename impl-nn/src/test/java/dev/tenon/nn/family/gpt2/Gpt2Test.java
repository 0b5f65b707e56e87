package dev.tenon.nn.family.gpt2;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.tenon.checkpoint.SafetensorsFile;
import dev.tenon.checkpoint.SafetensorsWriter;
import dev.tenon.checkpoint.Weights;
import dev.tenon.error.CheckpointException;
import dev.tenon.internal.Json;
import dev.tenon.model.Model;
import dev.tenon.model.Network;
import dev.tenon.model.Parameter;
import dev.tenon.model.Parameter.Stage;
import dev.tenon.nn.HfModels;
import dev.tenon.nn.Resources;
import dev.tenon.nn.family.Architecture;
import dev.tenon.spec.Arguments;
import dev.tenon.tensor.DType;
import dev.tenon.tensor.Device;
import dev.tenon.tensor.TensorData;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class Gpt2Test {
  private static final Gpt2Config SMALL =
      Gpt2Config.of(340, 8, 2, 2).withPositions(16).withMlp(20, "gelu");

  @TempDir private Path temp;

  @Test
  void hasTheParametersOfTransformers() {
    Map<String, List<Long>> shapes = new TreeMap<>();
    Gpt2.architecture(SMALL.withTiedHead(false))
        .parameters()
        .forEach(x -> shapes.put(x.name(), x.shape().dims()));
    // names and shapes of GPT2LMHeadModel(config).state_dict(), transformers 5.23.0
    assertThat(shapes)
        .hasSize(2 + 2 * 12 + 3)
        .containsEntry("transformer.wte.weight", List.of(340L, 8L))
        .containsEntry("transformer.wpe.weight", List.of(16L, 8L))
        .containsEntry("transformer.h.0.ln_1.weight", List.of(8L))
        .containsEntry("transformer.h.0.ln_1.bias", List.of(8L))
        .containsEntry("transformer.h.0.attn.c_attn.weight", List.of(8L, 24L))
        .containsEntry("transformer.h.0.attn.c_attn.bias", List.of(24L))
        .containsEntry("transformer.h.0.attn.c_proj.weight", List.of(8L, 8L))
        .containsEntry("transformer.h.0.attn.c_proj.bias", List.of(8L))
        .containsEntry("transformer.h.0.ln_2.weight", List.of(8L))
        .containsEntry("transformer.h.0.ln_2.bias", List.of(8L))
        .containsEntry("transformer.h.1.mlp.c_fc.weight", List.of(8L, 20L))
        .containsEntry("transformer.h.1.mlp.c_fc.bias", List.of(20L))
        .containsEntry("transformer.h.1.mlp.c_proj.weight", List.of(20L, 8L))
        .containsEntry("transformer.h.1.mlp.c_proj.bias", List.of(8L))
        .containsEntry("transformer.ln_f.weight", List.of(8L))
        .containsEntry("transformer.ln_f.bias", List.of(8L))
        .containsEntry("lm_head.weight", List.of(340L, 8L));
  }

  @Test
  void aTiedHeadIsOneParameterOfTwoStages() {
    Architecture tied = Gpt2.architecture(SMALL);
    assertThat(tied.parameters().get(0).alsoUsedBy()).containsExactly(Stage.HEAD);
    assertThat(tied.parameters()).noneMatch(x -> x.name().equals("lm_head.weight"));
    assertThat(tied.program().text()).doesNotContain("lm_head.weight\"");
  }

  @Test
  void onlyProjectionsAndAnUntiedHeadDecay() {
    assertThat(Gpt2.architecture(SMALL.withTiedHead(false)).parameters())
        .allMatch(
            x ->
                x.decay()
                    == (x.key().endsWith("_proj.weight")
                        || x.key().endsWith("c_attn.weight")
                        || x.key().endsWith("c_fc.weight")
                        || x.key().equals("lm_head.weight")));
  }

  @Test
  void keysInBlocksAreNamesLessTheLayer() {
    Parameter first = Gpt2.architecture(SMALL).parameters().get(2);
    assertThat(first.name()).isEqualTo("transformer.h.0.ln_1.weight");
    assertThat(first.key()).isEqualTo("ln_1.weight");
  }

  /** GPT2PreTrainedModel._init_weights: c_proj by the root of 2 n_layer. */
  @Test
  void startsAsTransformersStarts() {
    Network network = scratch(Gpt2Config.of(340, 64, 2, 2).withPositions(64));
    assertThat(deviation(network, "transformer.wte.weight")).isCloseTo(0.02, within(6e-4));
    assertThat(deviation(network, "transformer.wpe.weight")).isCloseTo(0.02, within(1e-3));
    assertThat(deviation(network, "transformer.h.1.attn.c_attn.weight"))
        .isCloseTo(0.02, within(1e-3));
    assertThat(deviation(network, "transformer.h.0.attn.c_proj.weight"))
        .isCloseTo(0.01, within(6e-4));
    assertThat(deviation(network, "transformer.h.1.mlp.c_proj.weight"))
        .isCloseTo(0.01, within(6e-4));
    assertThat(network.weights().read("transformer.ln_f.weight").toFloats()).containsOnly(1f);
    assertThat(network.weights().read("transformer.h.0.attn.c_attn.bias").toFloats())
        .containsOnly(0f);
  }

  private static double deviation(Network network, String name) {
    float[] values = network.weights().read(name).toFloats();
    double square = 0;
    for (float x : values) {
      square += (double) x * x;
    }
    return Math.sqrt(square / values.length);
  }

  @Test
  void readsTheNamesOfOldFilesAndWritesThoseOfTransformers() throws IOException {
    Network start = scratch(SMALL);
    Path old = directory(SMALL);
    Weights weights = start.weights();
    Map<String, TensorData> tensors = new TreeMap<>();
    weights
        .names()
        .forEach(x -> tensors.put(x.substring("transformer.".length()), weights.read(x)));
    for (int layer = 0; layer < 2; layer++) {
      tensors.put("h." + layer + ".attn.bias", TensorData.zeros(DType.U8, 1, 1, 16, 16));
      tensors.put("h." + layer + ".attn.masked_bias", TensorData.zeros(DType.F32));
    }
    tensors.put("lm_head.weight", weights.read("transformer.wte.weight"));
    write(old, tensors);

    Network opened = open(old);
    assertThat(opened.weights().names()).isEqualTo(weights.names());
    for (Parameter each : opened.parameters()) {
      assertThat(opened.weights().read(each.name())).isEqualTo(weights.read(each.name()));
      assertThat(opened.weights().region(each.name())).isPresent();
    }
    Path saved = Files.createDirectory(temp.resolve("saved"));
    opened.save(saved, opened.weights());
    assertThat(SafetensorsFile.open(saved.resolve("model.safetensors")).names())
        .isEqualTo(weights.names());
  }

  @Test
  void aNameGivenTwiceOrUnknownIsRefused() throws IOException {
    Network start = scratch(SMALL);
    Path directory = directory(SMALL);
    Map<String, TensorData> tensors = new TreeMap<>();
    start.weights().names().forEach(x -> tensors.put(x, start.weights().read(x)));
    tensors.put("wte.weight", start.weights().read("transformer.wte.weight"));
    tensors.put("h.0.attn.thing", TensorData.zeros(DType.F32, 1));
    write(directory, tensors);
    assertThatThrownBy(() -> open(directory))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("wte.weight: unknown")
        .hasMessageContaining("h.0.attn.thing: unknown");
  }

  private static void write(Path directory, Map<String, TensorData> tensors) {
    Map<String, Weights.Info> infos = new TreeMap<>();
    tensors.forEach((name, x) -> infos.put(name, new Weights.Info(x.dtype(), x.shape())));
    SafetensorsWriter.write(
        directory.resolve("model.safetensors"), infos, Map.of("format", "pt"), tensors::get);
  }

  private static Network open(Path directory) {
    return HfModels.registry()
        .create("hf", "actor", Device.cpu(), Arguments.of("path", directory))
        .network();
  }

  private static Network scratch(Gpt2Config config) {
    Model model =
        HfModels.create("actor", Device.cpu(), config.toMap(), Resources.path("families/llama"), 5);
    assertThat(model.network().architecture()).isEqualTo("GPT2LMHeadModel");
    return model.network();
  }

  private Path directory(Gpt2Config config) throws IOException {
    Path directory = Files.createTempDirectory(temp, "model");
    Files.copy(
        Resources.path("families/llama/tokenizer.json"), directory.resolve("tokenizer.json"));
    Files.writeString(directory.resolve("config.json"), Json.pretty(config.toMap()));
    return directory;
  }

  @Test
  void theProgramIsCompleteButForThePrecision() {
    String text = Gpt2.architecture(SMALL).program().text();
    assertThat(text.replaceAll("#.*", "").replace("$PACKED", "")).doesNotContain("$");
    assertThat(text).contains("return torch.gelu(x)", "def block_step");
  }
}
