package dev.tenon.nn.lora;

import dev.tenon.checkpoint.ShardedWriter;
import dev.tenon.checkpoint.Weights;
import dev.tenon.error.CheckpointException;
import dev.tenon.internal.Json;
import dev.tenon.internal.Problems;
import dev.tenon.model.Network;
import dev.tenon.nn.config.ConfigFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * A directory as {@code peft} saves it.
 *
 * @param config what adapter_config.json says
 * @param tensors those of adapter_model.safetensors
 */
record PeftDirectory(LoraConfig config, PeftTensors tensors) {

  static PeftDirectory open(Path directory) {
    ConfigFile file = ConfigFile.read(directory.resolve(PeftConfig.FILE));
    PeftTensors tensors = PeftTensors.open(directory);
    return new PeftDirectory(PeftConfig.read(file, tensors.modules()), tensors);
  }

  static void write(
      Path directory, LoraNetwork network, List<LoraLayer> layers, Weights weights, String digest) {
    LoraConfig config = network.config();
    List<String> targets =
        config.targets().contains(LoraConfig.ALL_LINEAR)
            ? layers.stream().map(LoraLayer::key).distinct().sorted().toList()
            : config.targets();
    Map<String, ?> keys =
        PeftConfig.toMap(
            config,
            targets,
            new LoraLayers(network.base()).savedModules(config),
            layers.stream().anyMatch(LoraLayer::transposed),
            network.head(),
            source(network.base()));
    Path file = directory.resolve(PeftConfig.FILE);
    try {
      Files.write(file, Json.prettyBytes(keys));
    } catch (IOException e) {
      throw new CheckpointException(
          Problems.problem(file.toString(), String.valueOf(e.getMessage()), "to be written"), e);
    }
    Map<String, Weights.Info> tensors = new TreeMap<>();
    network.trainable().forEach(x -> tensors.put(PeftTensors.PREFIX + x, weights.info(x)));
    ShardedWriter.write(
        directory,
        PeftTensors.FILE,
        new LinkedHashMap<>(tensors),
        Map.of(PeftTensors.BASE, digest),
        Long.MAX_VALUE,
        x -> weights.read(x.substring(PeftTensors.PREFIX.length())));
  }

  /** Where the base's weights lie. */
  private static Optional<String> source(Network base) {
    return base.weights().names().stream()
        .flatMap(x -> base.weights().region(x).stream())
        .flatMap(x -> Optional.ofNullable(x.file().toAbsolutePath().getParent()).stream())
        .map(Path::toString)
        .findFirst();
  }
}
