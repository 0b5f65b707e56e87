package dev.tenon.backend.pytorch.internal.engine;

import dev.tenon.backend.pytorch.internal.MappedTensors;
import dev.tenon.backend.pytorch.internal.NativeScope;
import dev.tenon.backend.pytorch.internal.TorchValue;
import dev.tenon.checkpoint.Weights;
import dev.tenon.model.Network;
import dev.tenon.model.Parameter;
import dev.tenon.model.Parameter.Stage;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Weights that a stage's dict maps from their files when it is asked for. They live as long as the
 * dict's scope, or what still looks into them: pages of a file count as memory of the process while
 * they are mapped, so few are at a time.
 */
public record MappedWeights(Network network) implements Stages {
  @Override
  public Map<String, TorchValue> stored(Stage stage, int layer, NativeScope scope) {
    Map<Path, MappedTensors> files = new HashMap<>();
    Map<String, TorchValue> tensors = new LinkedHashMap<>();
    for (Parameter parameter : network.parameters()) {
      boolean used = parameter.stage() == stage || parameter.alsoUsedBy().contains(stage);
      if (used && (stage != Stage.BLOCK || parameter.layer() == layer)) {
        tensors.put(parameter.key(), tensor(network.weights(), parameter.name(), scope, files));
      }
    }
    return tensors;
  }

  /**
   * A tensor, mapped from its file if it lies in one.
   *
   * @param files those that the scope has mapped
   */
  public static TorchValue tensor(
      Weights weights, String name, NativeScope scope, Map<Path, MappedTensors> files) {
    return weights
        .region(name)
        .map(
            region ->
                files
                    .computeIfAbsent(region.file(), file -> scope.bridge().map(file, scope))
                    .tensor(
                        weights.info(name).dtype(), region.offset(), weights.info(name).shape()))
        .orElseGet(() -> scope.tensor(weights.read(name)));
  }
}
