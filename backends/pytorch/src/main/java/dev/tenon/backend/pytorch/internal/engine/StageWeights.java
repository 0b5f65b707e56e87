package dev.tenon.backend.pytorch.internal.engine;

import dev.tenon.backend.pytorch.internal.MappedTensors;
import dev.tenon.backend.pytorch.internal.NativeScope;
import dev.tenon.backend.pytorch.internal.TorchValue;
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
import java.util.Set;

/**
 * The weights of a network copied as F32, under their names and in the dicts that its program
 * reads. A tied weight is one tensor in several dicts. Lives as long as the scope it was loaded
 * into.
 */
final class StageWeights implements Stages {
  private final Map<String, TorchValue> byName = new LinkedHashMap<>();
  private final Set<String> trained;
  private final Map<String, TorchValue> embed = new LinkedHashMap<>();
  private final List<Map<String, TorchValue>> blocks = new ArrayList<>();
  private final Map<String, TorchValue> head = new LinkedHashMap<>();

  private StageWeights(Set<String> trained) {
    this.trained = trained;
  }

  /**
   * Copies weights as F32.
   *
   * @param trained names of those that require gradients
   */
  static StageWeights copy(Network network, NativeScope scope, Set<String> trained) {
    StageWeights loaded = new StageWeights(trained);
    for (int i = 0; i < network.program().layers(); i++) {
      loaded.blocks.add(new LinkedHashMap<>());
    }
    // Once copied, the files are unmapped: their pages would count as memory of the process.
    try (NativeScope reading = scope.bridge().scope("read weights")) {
      Map<Path, MappedTensors> files = new HashMap<>();
      for (Parameter parameter : network.parameters()) {
        TorchValue source =
            MappedWeights.tensor(network.weights(), parameter.name(), reading, files);
        loaded.add(parameter, copy(source, scope, trained.contains(parameter.name())));
      }
    }
    return loaded;
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

  @Override
  public Map<String, TorchValue> stored(Stage stage, int layer, NativeScope scope) {
    return dict(stage, layer);
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

  /** {@code List[Dict[str, Tensor]]} of all blocks. */
  TorchValue blocks(NativeScope scope) {
    return scope.dicts(blocks.stream().map(scope::tensorDict).toList());
  }
}
