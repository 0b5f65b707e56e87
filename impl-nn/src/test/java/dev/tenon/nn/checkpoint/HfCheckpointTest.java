package dev.tenon.nn.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenon.checkpoint.SafetensorsFile;
import dev.tenon.checkpoint.SafetensorsWriter;
import dev.tenon.checkpoint.Weights;
import dev.tenon.error.CheckpointException;
import dev.tenon.error.UnknownNameException;
import dev.tenon.error.UnsupportedFeatureException;
import dev.tenon.model.Model;
import dev.tenon.model.Network;
import dev.tenon.model.Parameter;
import dev.tenon.nn.HfModels;
import dev.tenon.nn.Resources;
import dev.tenon.nn.config.ConfigFile;
import dev.tenon.spec.Arguments;
import dev.tenon.tensor.DType;
import dev.tenon.tensor.Device;
import dev.tenon.tensor.Shape;
import dev.tenon.tensor.TensorData;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HfCheckpointTest {
  @TempDir Path temp;

  @ParameterizedTest
  @ValueSource(strings = {"llama", "llama-rope3-sharded", "llama-bf16-v4config"})
  void whatItSavesItOpens(String folder) {
    Network start = start(folder).network();
    Path saved = save(start, start.weights(), HfCheckpoint.MAX_SHARD_BYTES);
    Network again = HfCheckpoint.open(saved).network();
    assertThat(again.parameters()).isEqualTo(start.parameters());
    assertThat(again.program()).isEqualTo(start.program());
    assertThat(again).hasToString(start.toString());
    for (Parameter each : start.parameters()) {
      assertThat(again.weights().read(each.name())).isEqualTo(start.weights().read(each.name()));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"llama", "llama-rope3-sharded"})
  void untouchedFilesAreCopiedByteForByte(String folder) throws IOException {
    Path source = Resources.path("families/" + folder);
    Path saved = save(start(folder).network());
    for (String name :
        List.of(
            "tokenizer.json",
            "tokenizer_config.json",
            "generation_config.json",
            "special_tokens_map.json",
            "chat_template.jinja")) {
      assertThat(Files.exists(saved.resolve(name)))
          .as(name)
          .isEqualTo(Files.exists(source.resolve(name)));
      if (Files.exists(source.resolve(name))) {
        assertThat(saved.resolve(name)).hasSameBinaryContentAs(source.resolve(name));
      }
    }
    assertThat(saved.resolve("config.json")).hasSameBinaryContentAs(source.resolve("config.json"));
  }

  @Test
  void onlyTheDtypeKeyFollowsTheWeightsInTheSpellingFound() throws IOException {
    String before = Files.readString(Resources.path("families/llama-bf16-v4config/config.json"));
    Network start = start("llama-bf16-v4config").network();
    assertThat(save(start).resolve("config.json"))
        .hasContent(
            before.replace("\"torch_dtype\": \"bfloat16\"", "\"torch_dtype\": \"float32\""));
    Path half =
        save(start, new Converted(start.weights(), DType.BF16), HfCheckpoint.MAX_SHARD_BYTES);
    assertThat(half.resolve("config.json")).hasContent(before);
    assertThat(HfCheckpoint.open(half).network().parameters())
        .allMatch(x -> x.dtype() == DType.BF16);
  }

  @Test
  void unknownKeysAreKept() throws IOException {
    Path source = save(start("llama").network());
    String config = Files.readString(source.resolve("config.json"));
    String more = config.replaceFirst("\\{", "{\n  \"my_key\": {\"a\": [1e-5, null]},");
    Files.writeString(source.resolve("config.json"), more);
    assertThat(save(HfCheckpoint.open(source).network()).resolve("config.json")).hasContent(more);
  }

  @Test
  void filesOfOthersAreNotCopied() throws IOException {
    Path source = save(start("llama").network());
    Files.writeString(source.resolve("model.py"), "print()");
    Files.writeString(source.resolve("pytorch_model.bin"), "x");
    Path saved = save(HfCheckpoint.open(source).network());
    assertThat(saved.resolve("model.py")).doesNotExist();
    assertThat(saved.resolve("pytorch_model.bin")).doesNotExist();
  }

  @Test
  void aTiedHeadIsWrittenOnce() {
    Path saved = save(start("llama-bf16-v4config").network());
    SafetensorsFile file = SafetensorsFile.open(saved.resolve("model.safetensors"));
    assertThat(file.names()).contains("model.embed_tokens.weight").doesNotContain("lm_head.weight");
    assertThat(file.metadata()).containsEntry("format", "pt");
  }

  @Test
  void splitsBySizeAndOpensTheIndex() throws IOException {
    Network start = start("llama").network();
    Path saved = save(start, start.weights(), 60_000);
    assertThat(saved.resolve("model.safetensors")).doesNotExist();
    try (var files = Files.list(saved)) {
      assertThat(
              files
                  .map(x -> String.valueOf(x.getFileName()))
                  .filter(x -> x.endsWith(".safetensors"))
                  .sorted())
          .containsExactly(
              "model-00001-of-00005.safetensors",
              "model-00002-of-00005.safetensors",
              "model-00003-of-00005.safetensors",
              "model-00004-of-00005.safetensors",
              "model-00005-of-00005.safetensors");
    }
    Network again = HfCheckpoint.open(saved).network();
    for (Parameter each : start.parameters()) {
      assertThat(again.weights().read(each.name())).isEqualTo(start.weights().read(each.name()));
    }
    assertThat(Files.readString(saved.resolve("model.safetensors.index.json")))
        .startsWith("{\n  \"metadata\": {\n    \"total_size\": ");
  }

  @Test
  void savesIntoNothingButAnEmptyDirectory() throws IOException {
    Network start = start("llama").network();
    Path used = Files.createDirectory(temp.resolve("used"));
    Files.writeString(used.resolve("mine.txt"), "x");
    assertThatThrownBy(() -> start.save(used, start.weights()))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("mine.txt");
    assertThat(used).isDirectoryContaining("glob:**/mine.txt");
    assertThatThrownBy(() -> start.save(temp.resolve("none").resolve("deeper"), start.weights()))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("none");
    Path source = save(start);
    Network opened = HfCheckpoint.open(source).network();
    assertThatThrownBy(() -> opened.save(source, opened.weights()))
        .isInstanceOf(CheckpointException.class);
    assertThat(HfCheckpoint.open(source).network().parameters()).isEqualTo(opened.parameters());
  }

  @Test
  void refusesToSaveOtherWeightsBeforeItWrites() throws IOException {
    Network llama = start("llama").network();
    Network other = start("llama-bf16-v4config").network();
    Path empty = Files.createDirectory(temp.resolve("empty"));
    assertThatThrownBy(() -> llama.save(empty, other.weights()))
        .isInstanceOf(CheckpointException.class)
        .hasMessageStartingWith(
            "weights to save: model.embed_tokens.weight: [290, 32] F32 (expected: [340, 42] of a"
                + " floating type); ")
        .hasMessageEndingWith("more tensors");
    assertThat(empty).isEmptyDirectory();
  }

  @Test
  void aTiedHeadInTheFileMustHoldTheSameValues() {
    Network tied = start("llama-bf16-v4config").network();
    Path good = save(tied);
    rewriteWithHead(good, tied.weights(), tied.weights().read("model.embed_tokens.weight"));
    assertThat(HfCheckpoint.open(good).network().weights().names())
        .doesNotContain("lm_head.weight");
    rewriteWithHead(good, tied.weights(), TensorData.zeros(DType.F32, 290, 32));
    assertThatThrownBy(() -> HfCheckpoint.open(good))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("lm_head.weight");
  }

  @Test
  void aStartIsAFunctionOfTheSeed() {
    Model one = scratch(1);
    Model same = scratch(1);
    Model other = scratch(2);
    String q = "model.layers.0.self_attn.q_proj.weight";
    String k = "model.layers.1.self_attn.q_proj.weight";
    assertThat(one.network().weights().read(q)).isEqualTo(same.network().weights().read(q));
    assertThat(one.network().weights().read(q)).isNotEqualTo(other.network().weights().read(q));
    assertThat(one.network().weights().read(q)).isNotEqualTo(one.network().weights().read(k));
    float[] values = one.network().weights().read("model.embed_tokens.weight").toFloats();
    double mean = 0;
    double square = 0;
    for (float x : values) {
      mean += x / values.length;
      square += x * x / values.length;
    }
    assertThat(Math.abs(mean)).isLessThan(1e-3);
    assertThat(Math.sqrt(square)).isBetween(0.0195, 0.0205);
    assertThat(one.network().weights().read("model.norm.weight").toFloats()).containsOnly(1f);
    assertThat(
            start("llama-rope3-sharded")
                .network()
                .weights()
                .read("model.layers.0.mlp.up_proj.bias")
                .toFloats())
        .containsOnly(0f);
    assertThat(values[0])
        .isEqualTo(one.network().weights().read("model.embed_tokens.weight").getFloat(0));
  }

  @Test
  void namesWhatItDoesNotKnow() throws IOException {
    Path source = save(start("llama").network());
    assertThatThrownBy(() -> start("llama").network().weights().read("lm_head"))
        .isInstanceOf(UnknownNameException.class);
    String config = Files.readString(source.resolve("config.json"));
    Files.writeString(source.resolve("config.json"), config.replace("\"llama\"", "\"thing\""));
    assertThatThrownBy(() -> HfCheckpoint.open(source))
        .isInstanceOf(UnknownNameException.class)
        .hasMessageContaining("model_type: thing (expected: one of " + Families.standard().names());
    Files.writeString(
        source.resolve("config.json"),
        config.replaceFirst("\\{", "{\"auto_map\": {\"A\": \"x.Y\"},"));
    assertThatThrownBy(() -> HfCheckpoint.open(source))
        .isInstanceOf(UnsupportedFeatureException.class)
        .hasMessageContaining("auto_map");
  }

  private static HfCheckpoint start(String folder) {
    Path directory = Resources.path("families/" + folder);
    return HfCheckpoint.create(
        ConfigFile.read(directory.resolve("config.json")), directory, 7, Families.standard());
  }

  private static Model scratch(long seed) {
    Arguments arguments =
        Arguments.of("config", Resources.path("families/llama")).with("seed", seed);
    return HfModels.registry().create("hf-from-config", "actor", Device.cpu(), arguments);
  }

  private Path save(Network network) {
    return save(network, network.weights(), HfCheckpoint.MAX_SHARD_BYTES);
  }

  private Path save(Network network, Weights weights, long maxShardBytes) {
    try {
      Path directory = Files.createTempDirectory(temp, "saved");
      ((HfNetwork) network).checkpoint().save(directory, weights, maxShardBytes);
      return directory;
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void rewriteWithHead(Path directory, Weights weights, TensorData head) {
    Map<String, Weights.Info> tensors = new TreeMap<>();
    weights.names().forEach(x -> tensors.put(x, weights.info(x)));
    tensors.put("lm_head.weight", new Weights.Info(head.dtype(), head.shape()));
    SafetensorsWriter.write(
        directory.resolve("model.safetensors"),
        tensors,
        Map.of(),
        x -> x.equals("lm_head.weight") ? head : weights.read(x));
  }

  /** Weights in another type. */
  private record Converted(Weights source, DType dtype) implements Weights {
    @Override
    public SortedSet<String> names() {
      return new TreeSet<>(source.names());
    }

    @Override
    public Info info(String name) {
      Shape shape = source.info(name).shape();
      return new Info(dtype, shape);
    }

    @Override
    public TensorData read(String name) {
      return source.read(name).to(dtype);
    }
  }
}
