package dev.tenon.backend.offload;

import dev.tenon.backend.pytorch.internal.NativeScope;
import dev.tenon.backend.pytorch.internal.TorchValue;
import dev.tenon.backend.pytorch.internal.engine.Stages;
import dev.tenon.checkpoint.Weights;
import dev.tenon.model.Network;
import dev.tenon.model.Parameter.Stage;
import dev.tenon.tensor.DType;
import java.util.LinkedHashMap;
import java.util.Map;

/** Stages of which each tensor is read, as F32, whenever it is asked for. */
record ReadStages(Network network, Source source) implements Stages {
  /** Where tensors come from. */
  interface Source {
    /** A copy that the scope owns. */
    TorchValue read(String name, NativeScope scope);
  }

  /** From where a network has its weights, without holding them. */
  static ReadStages of(Network network) {
    return new ReadStages(network, (name, scope) -> f32(network.weights(), name, scope));
  }

  @Override
  public Map<String, TorchValue> stored(Stage stage, int layer, NativeScope scope) {
    Visit visit = new Visit(stage, layer, false);
    Map<String, TorchValue> tensors = new LinkedHashMap<>();
    network.parameters().stream()
        .filter(visit::reads)
        .forEach(x -> tensors.put(x.key(), source.read(x.name(), scope)));
    return tensors;
  }

  /** A copy of a tensor as F32; a file is read, not mapped. */
  static TorchValue f32(Weights weights, String name, NativeScope scope) {
    Weights.Info info = weights.info(name);
    TorchValue tensor =
        weights
            .region(name)
            .map(
                region ->
                    scope
                        .bridge()
                        .map(region.file(), scope)
                        .read(info.dtype(), region.offset(), info.shape()))
            .orElseGet(() -> scope.tensor(weights.read(name)));
    if (info.dtype() == DType.F32) {
      return tensor;
    }
    try (tensor) {
      return tensor.cast(scope, DType.F32);
    }
  }
}
