package dev.tenon.backend.pytorch.internal.engine;

import dev.tenon.backend.pytorch.internal.TorchValue;
import dev.tenon.checkpoint.Weights;
import dev.tenon.error.UnknownNameException;
import dev.tenon.internal.Problems;
import dev.tenon.tensor.DType;
import dev.tenon.tensor.TensorData;
import java.util.Collections;
import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/** The weights of a running engine, F32. Valid while the engine is open; one thread. */
final class EngineWeights implements Weights {
  private final SortedMap<String, TorchValue> tensors;

  EngineWeights(Map<String, TorchValue> tensors) {
    this.tensors = new TreeMap<>(tensors);
  }

  @Override
  public SortedSet<String> names() {
    return Collections.unmodifiableSortedSet(new TreeSet<>(tensors.keySet()));
  }

  @Override
  public Info info(String name) {
    return new Info(DType.F32, tensor(name).shape());
  }

  @Override
  public TensorData read(String name) {
    return tensor(name).toTensorData();
  }

  private TorchValue tensor(String name) {
    TorchValue tensor = tensors.get(name);
    if (tensor == null) {
      throw new UnknownNameException(
          Problems.problem("parameter", name, "one of " + tensors.keySet()));
    }
    return tensor;
  }
}
