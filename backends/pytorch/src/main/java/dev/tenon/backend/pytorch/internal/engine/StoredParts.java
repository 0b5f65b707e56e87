package dev.tenon.backend.pytorch.internal.engine;

import dev.tenon.backend.pytorch.internal.CallSettings;
import dev.tenon.backend.pytorch.internal.MappedTensors;
import dev.tenon.backend.pytorch.internal.NativeScope;
import dev.tenon.backend.pytorch.internal.TorchBridge;
import dev.tenon.backend.pytorch.internal.TorchModule;
import dev.tenon.backend.pytorch.internal.TorchValue;
import dev.tenon.checkpoint.HostWeights;
import dev.tenon.checkpoint.QuantizedWeights;
import dev.tenon.checkpoint.Weights;
import dev.tenon.model.Network;
import dev.tenon.nn.script.ProgramArchives;
import dev.tenon.spec.Precision;
import dev.tenon.tensor.DType;
import dev.tenon.tensor.TensorData;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;

/** Quantised weights, part by part, as the drivers take and give them. */
final class StoredParts {
  private static final CallSettings SETTINGS = CallSettings.inference(0);

  private final Weights tensors;

  StoredParts(Weights tensors) {
    this.tensors = tensors;
  }

  /**
   * {@code Dict[str, Tensor]} of the tensors whose names begin so, less that prefix, mapped from
   * their files as long as the scope or what is made of them lives.
   */
  TorchValue dict(String prefix, NativeScope scope) {
    Map<Path, MappedTensors> files = new HashMap<>();
    Map<String, TorchValue> part = new LinkedHashMap<>();
    for (String name : tensors.names()) {
      if (name.startsWith(prefix)) {
        part.put(
            name.substring(prefix.length()), MappedWeights.tensor(tensors, name, scope, files));
      }
    }
    return scope.tensorDict(part);
  }

  /** Quantises a network's weights, as an engine of that precision does, in host memory. */
  static QuantizedWeights quantize(TorchBridge bridge, Network network, Precision precision) {
    Map<String, TensorData> tensors = new TreeMap<>();
    try (TorchModule module = bridge.load(ProgramArchives.storing(network.program(), precision))) {
      Stages weights = new MappedWeights(network);
      try (NativeScope each = bridge.scope("quantize embedding")) {
        weights
            .embedTensors(each, DType.BF16)
            .forEach((key, x) -> tensors.put("embed." + key, x.toTensorData()));
      }
      for (int layer = 0; layer < network.program().layers(); layer++) {
        try (NativeScope each = bridge.scope("quantize layer")) {
          TorchValue block = weights.block(each, layer);
          TorchValue part = module.call(SETTINGS, each, "store_layer", block, each.integer(layer));
          add(part, "layers." + layer + ".", tensors);
        }
      }
      try (NativeScope each = bridge.scope("quantize head")) {
        add(module.call(SETTINGS, each, "store_head", weights.head(each)), "head.", tensors);
      }
    }
    return new QuantizedWeights(precision, HostWeights.of(tensors));
  }

  private static void add(TorchValue part, String prefix, Map<String, TensorData> tensors) {
    part.entries().forEach((name, x) -> tensors.put(prefix + name, x.toTensorData()));
  }
}
