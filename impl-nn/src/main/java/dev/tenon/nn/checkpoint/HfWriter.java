package dev.tenon.nn.checkpoint;

import dev.tenon.checkpoint.ShardedWriter;
import dev.tenon.checkpoint.Weights;
import dev.tenon.error.CheckpointException;
import dev.tenon.error.InvalidInputException;
import dev.tenon.internal.Problems;
import dev.tenon.nn.config.ConfigFile;
import dev.tenon.nn.config.ConfigText;
import dev.tenon.nn.family.Architecture;
import dev.tenon.tensor.DType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Writes a directory in HuggingFace's layout.
 *
 * @param directory existing and empty
 * @param maxShardBytes largest size of a weight file, in bytes of tensors
 */
record HfWriter(Path directory, long maxShardBytes) {
  private static final Map<DType, String> TORCH_NAMES =
      Map.of(
          DType.F32, "float32", DType.BF16, "bfloat16", DType.F16, "float16", DType.F64, "float64");

  HfWriter {
    if (maxShardBytes < 1) {
      throw new InvalidInputException(
          Problems.problem("shard size", maxShardBytes + " bytes", ">= 1"));
    }
    refuseUsed(directory);
  }

  private static void refuseUsed(Path directory) {
    try (Stream<Path> files = Files.list(directory)) {
      files
          .findFirst()
          .ifPresent(
              x -> {
                throw new CheckpointException(
                    Problems.problem(
                        "directory " + directory, "holds " + x.getFileName(), "an empty one"));
              });
    } catch (IOException e) {
      throw new CheckpointException(
          Problems.problem("directory " + directory, "unreadable", "an existing, empty directory"),
          e);
    }
  }

  void write(ConfigFile config, Companions companions, Architecture architecture, Weights weights) {
    Map<String, Weights.Info> tensors = new LinkedHashMap<>();
    architecture.parameters().forEach(x -> tensors.put(x.name(), weights.info(x.name())));
    writeConfig(config, tensors.values().iterator().next().dtype());
    companions.copyTo(directory);
    ShardedWriter.write(
        directory, HfCheckpoint.WEIGHTS, tensors, Map.of(), maxShardBytes, weights::read);
  }

  /** Writes quantised weights under a name of their own. */
  void write(ConfigFile config, Companions companions, Weights quantized) {
    Map<String, Weights.Info> tensors = new LinkedHashMap<>();
    quantized.names().forEach(name -> tensors.put(name, quantized.info(name)));
    writeConfig(config.text());
    companions.copyTo(directory);
    ShardedWriter.write(
        directory, QuantizedDirectory.BASE, tensors, Map.of(), maxShardBytes, quantized::read);
  }

  /** As transformers does, the type of the first weight stands for all. */
  private void writeConfig(ConfigFile config, DType dtype) {
    String name = TORCH_NAMES.getOrDefault(dtype, dtype.name());
    writeConfig(ConfigText.replace(config.text(), Set.of("dtype", "torch_dtype"), name));
  }

  private void writeConfig(String text) {
    Path file = directory.resolve("config.json");
    try {
      Files.writeString(file, text);
    } catch (IOException e) {
      throw new CheckpointException(
          Problems.problem(file.toString(), String.valueOf(e.getMessage()), "to be written"), e);
    }
  }
}
