package dev.tenon.backend.offload;

import dev.tenon.backend.pytorch.internal.NativeScope;
import dev.tenon.backend.pytorch.internal.TorchValue;
import dev.tenon.checkpoint.Weights;
import dev.tenon.model.Network;
import dev.tenon.tensor.DType;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Reads a stage's weights, as F32 and by their keys, from where a network has them, without holding
 * them.
 */
record ReadStages(Network network) implements Streams.Reader<Visit, Map<String, TorchValue>> {
  @Override
  public Map<String, TorchValue> read(Visit visit, NativeScope scope, ReadBuffers buffers) {
    Map<String, TorchValue> tensors = new LinkedHashMap<>();
    visit
        .parameters(network)
        .forEach(x -> tensors.put(x.key(), f32(network.weights(), x.name(), scope)));
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
