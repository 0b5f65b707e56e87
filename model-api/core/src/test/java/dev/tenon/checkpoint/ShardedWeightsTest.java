package dev.tenon.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenon.error.CheckpointException;
import dev.tenon.error.InvalidInputException;
import dev.tenon.error.TenonException;
import dev.tenon.error.UnknownNameException;
import dev.tenon.tensor.DType;
import dev.tenon.tensor.TensorData;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ShardedWeightsTest {
  @TempDir private Path directory;

  private static Map<String, TensorData> tensors() {
    Map<String, TensorData> tensors = new LinkedHashMap<>();
    for (String name : new String[] {"embed", "b", "a", "head"}) {
      tensors.put(name, TensorData.ofFloats(new float[] {name.length(), 2, 3}, 3));
    }
    return tensors;
  }

  private void write(long shardBytes) {
    Map<String, TensorData> tensors = tensors();
    ShardedWriter.write(
        directory, "model", SafetensorsFileTest.infos(tensors), Map.of(), shardBytes, tensors::get);
  }

  private Path index() {
    return directory.resolve("model.safetensors.index.json");
  }

  @Test
  void smallWeightsAreOneFile() {
    write(1000);
    assertThat(directory.resolve("model.safetensors")).exists();
    assertThat(index()).doesNotExist();
    assertThat(ShardedWeights.open(directory, "model").read("a")).isEqualTo(tensors().get("a"));
  }

  @Test
  void weightsInAnotherTypeAreRounded() {
    write(1000);
    Weights source = ShardedWeights.open(directory, "model");
    Weights half = source.in(DType.BF16);
    assertThat(half.names()).isEqualTo(source.names());
    assertThat(half.info("a")).isEqualTo(new Weights.Info(DType.BF16, source.info("a").shape()));
    assertThat(half.read("a")).isEqualTo(source.read("a").to(DType.BF16));
    assertThat(half.region("a")).isEmpty();
    assertThat(source.in(DType.F32).region("a")).isEqualTo(source.region("a"));
    assertThatThrownBy(() -> source.in(DType.I8))
        .isInstanceOf(InvalidInputException.class)
        .hasMessage("dtype: I8 (expected: a floating type)");
  }

  @Test
  void largeWeightsAreShardedInTheirOrder() {
    write(25);
    assertThat(index())
        .hasContent(
            """
            {
              "metadata": {
                "total_size": 48
              },
              "weight_map": {
                "a": "model-00002-of-00002.safetensors",
                "b": "model-00001-of-00002.safetensors",
                "embed": "model-00001-of-00002.safetensors",
                "head": "model-00002-of-00002.safetensors"
              }
            }
            """);
    Weights weights = ShardedWeights.open(directory, "model");
    assertThat(weights.names()).containsExactly("a", "b", "embed", "head");
    tensors().forEach((name, tensor) -> assertThat(weights.read(name)).isEqualTo(tensor));
    assertThat(weights.region("head").orElseThrow().file().getFileName())
        .hasToString("model-00002-of-00002.safetensors");
    assertThatThrownBy(() -> weights.info("heads"))
        .isInstanceOf(UnknownNameException.class)
        .hasMessageContaining("did you mean head?");
  }

  @Test
  void aTensorLargerThanAShardHasItsOwn() {
    write(1);
    assertThat(directory.resolve("model-00004-of-00004.safetensors")).exists();
    assertThat(ShardedWeights.open(directory, "model").names()).hasSize(4);
  }

  @Test
  void nothingRemainsOfAFailedWrite() {
    Map<String, TensorData> tensors = tensors();
    try (ShardedWriter writer =
        ShardedWriter.create(
            directory, "model", SafetensorsFileTest.infos(tensors), Map.of(), 25)) {
      writer.accept("a", tensors.get("a"));
      assertThatThrownBy(() -> writer.accept("x", tensors.get("a")))
          .isInstanceOf(InvalidInputException.class);
      assertThatThrownBy(writer::commit).isInstanceOf(InvalidInputException.class);
    }
    assertThat(directory).isEmptyDirectory();
  }

  @Test
  void anIndexCannotLeadElsewhere() throws IOException {
    write(25);
    String good = Files.readString(index());
    String shard = "model-00002-of-00002.safetensors";
    for (String bad :
        new String[] {
          "../w.safetensors", "/etc/passwd", "a/b.safetensors", "..", "c:x", "a\\\\b", ""
        }) {
      Files.writeString(index(), good.replace("\"a\": \"" + shard, "\"a\": \"" + bad));
      assertThatThrownBy(() -> ShardedWeights.open(directory, "model"))
          .isInstanceOf(CheckpointException.class)
          .hasMessageContaining("file of a: " + bad.replace("\\\\", "\\"));
    }
    Files.writeString(
        index(), good.replace("\"a\": \"" + shard, "\"a\": \"model-00003-of-00003.safetensors"));
    assertThatThrownBy(() -> ShardedWeights.open(directory, "model"))
        .hasMessageContaining("model-00003-of-00003.safetensors (expected: an existing file)");
    Files.writeString(index(), good.replace("\"a\":", "\"unknown\":"));
    assertThatThrownBy(() -> ShardedWeights.open(directory, "model"))
        .hasMessageContaining("tensor unknown: not in " + shard + " (expected: no file has it)");
    Files.writeString(
        index(), good.replace("\"a\": \"" + shard, "\"a\": \"model-00001-of-00002.safetensors"));
    assertThatThrownBy(() -> ShardedWeights.open(directory, "model"))
        .hasMessageContaining(
            "tensor a: not in model-00001-of-00002.safetensors (expected: it is in " + shard + ")");
  }

  @Test
  void aBrokenIndexIsNamed() throws IOException {
    for (String bad :
        new String[] {"", "[]", "{}", "{\"weight_map\":[]}", "{\"weight_map\":{\"a\":1}}"}) {
      Files.writeString(index(), bad);
      assertThatThrownBy(() -> ShardedWeights.open(directory, "model"))
          .isInstanceOf(TenonException.class)
          .hasMessageContaining("model.safetensors.index.json");
    }
  }

  @Test
  void aDirectoryWithoutWeightsSaysWhatItHas() throws IOException {
    Files.writeString(directory.resolve("pytorch_model.bin"), "x");
    assertThatThrownBy(() -> ShardedWeights.open(directory, "model"))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining(
            "neither model.safetensors nor model.safetensors.index.json, but pytorch_model.bin");
    assertThatThrownBy(() -> ShardedWeights.open(directory.resolve("no"), "model"))
        .isInstanceOf(CheckpointException.class);
  }
}
