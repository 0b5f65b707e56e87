package dev.tenon.backend.pytorch;

import dev.tenon.backend.pytorch.internal.MappedTensors;
import dev.tenon.backend.pytorch.internal.NativeScope;
import dev.tenon.backend.pytorch.internal.TorchValue;
import dev.tenon.checkpoint.Weights;
import dev.tenon.model.Network;
import dev.tenon.model.Parameter;
import dev.tenon.model.Parameter.Stage;
import dev.tenon.tensor.DType;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The weights of a network on the native side, handed out as F32, under the names and in the dicts
 * that its program reads. Copied ones live as long as the scope they were loaded into, and a tied
 * weight is one tensor in several dicts.
 */
final class StageWeights {
  private final Map<String, TorchValue> byName = new LinkedHashMap<>();
  private final Set<String> trained;
  private final Optional<Network> mapped;
  private final Map<String, TorchValue> embed = new LinkedHashMap<>();
  private final List<Map<String, TorchValue>> blocks = new ArrayList<>();
  private final Map<String, TorchValue> head = new LinkedHashMap<>();

  private StageWeights(Set<String> trained, Optional<Network> mapped) {
    this.trained = trained;
    this.mapped = mapped;
  }

  /**
   * Weights that a stage's dict maps from their files when it is asked for. They live as long as
   * the dict's scope, or what still looks into them: pages of a file count as memory of the process
   * while they are mapped, so few are at a time.
   */
  static StageWeights map(Network network) {
    return new StageWeights(Set.of(), Optional.of(network));
  }

  /**
   * Copies weights as F32.
   *
   * @param trained names of those that require gradients
   */
  static StageWeights copy(Network network, NativeScope scope, Set<String> trained) {
    StageWeights loaded = new StageWeights(trained, Optional.empty());
    for (int i = 0; i < network.program().layers(); i++) {
      loaded.blocks.add(new LinkedHashMap<>());
    }
    // Once copied, the files are unmapped: their pages would count as memory of the process.
    try (NativeScope reading = scope.bridge().scope("read weights")) {
      Map<Path, MappedTensors> files = new HashMap<>();
      for (Parameter parameter : network.parameters()) {
        TorchValue source = source(network.weights(), parameter.name(), reading, files);
        loaded.add(parameter, copy(source, scope, trained.contains(parameter.name())));
      }
    }
    return loaded;
  }

  /** A tensor, mapped from its file if it lies in one. */
  static TorchValue source(
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

  private static TorchValue copy(TorchValue source, NativeScope scope, boolean trains) {
    try (source) {
      return trains ? source.toParameter(scope) : source.cast(scope, DType.F32);
    }
  }

  private void add(Parameter parameter, TorchValue tensor) {
    byName.put(parameter.name(), tensor);
    dict(parameter.stage(), parameter.layer()).put(parameter.key(), tensor);
    for (Stage stage : parameter.alsoUsedBy()) {
      dict(stage, parameter.layer()).put(parameter.key(), tensor);
    }
  }

  /** The tensors of a stage by key, as they are stored. */
  private Map<String, TorchValue> stored(Stage stage, int layer, NativeScope scope) {
    return mapped
        .map(network -> mapStage(network, stage, layer, scope))
        .orElseGet(() -> dict(stage, layer));
  }

  private static Map<String, TorchValue> mapStage(
      Network network, Stage stage, int layer, NativeScope scope) {
    Map<Path, MappedTensors> files = new HashMap<>();
    Map<String, TorchValue> tensors = new LinkedHashMap<>();
    for (Parameter parameter : network.parameters()) {
      boolean used = parameter.stage() == stage || parameter.alsoUsedBy().contains(stage);
      if (used && (stage != Stage.BLOCK || parameter.layer() == layer)) {
        String name = parameter.name();
        tensors.put(parameter.key(), source(network.weights(), name, scope, files));
      }
    }
    return tensors;
  }

  private Map<String, TorchValue> dict(Stage stage, int layer) {
    return switch (stage) {
      case EMBED -> embed;
      case BLOCK -> blocks.get(layer);
      case HEAD -> head;
    };
  }

  /** Every weight by its HuggingFace name, in the order of the network's parameters. */
  Map<String, TorchValue> byName() {
    return Collections.unmodifiableMap(byName);
  }

  /** The weights that require gradients, likewise. */
  Map<String, TorchValue> trained() {
    Map<String, TorchValue> some = new LinkedHashMap<>(byName);
    some.keySet().retainAll(trained);
    return Collections.unmodifiableMap(some);
  }

  /** {@code Dict[str, Tensor]} of the embedding stage. */
  TorchValue embed(NativeScope scope) {
    return embed(scope, DType.F32);
  }

  /** {@code Dict[str, Tensor]} of the embedding stage in another type. */
  TorchValue embed(NativeScope scope, DType dtype) {
    return scope.tensorDict(embedTensors(scope, dtype));
  }

  /** The embedding's tensors by key. */
  Map<String, TorchValue> embedTensors(NativeScope scope, DType dtype) {
    return as(dtype, stored(Stage.EMBED, 0, scope), scope);
  }

  /** {@code Dict[str, Tensor]} of one block. */
  TorchValue block(NativeScope scope, int layer) {
    return float32(stored(Stage.BLOCK, layer, scope), scope);
  }

  /** {@code List[Dict[str, Tensor]]} of all blocks. */
  TorchValue blocks(NativeScope scope) {
    return scope.dicts(blocks.stream().map(block -> float32(block, scope)).toList());
  }

  /** {@code Dict[str, Tensor]} of the head stage. */
  TorchValue head(NativeScope scope) {
    return float32(stored(Stage.HEAD, 0, scope), scope);
  }

  private static TorchValue float32(Map<String, TorchValue> stored, NativeScope scope) {
    return scope.tensorDict(as(DType.F32, stored, scope));
  }

  /** Copies of another type live as long as the scope, so a caller decides how many there are. */
  private static Map<String, TorchValue> as(
      DType dtype, Map<String, TorchValue> stored, NativeScope scope) {
    Map<String, TorchValue> tensors = new LinkedHashMap<>();
    stored.forEach((key, x) -> tensors.put(key, x.dtype() == dtype ? x : x.cast(scope, dtype)));
    return tensors;
  }
}
