package dev.tenon.checkpoint;

import dev.tenon.error.UnknownNameException;
import dev.tenon.internal.Problems;
import dev.tenon.tensor.TensorData;
import java.util.Collections;
import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Weights in host memory: those of a network that an application makes up or changes. Immutable and
 * safe for threads.
 */
public final class HostWeights implements Weights {
  private final SortedMap<String, TensorData> tensors;

  private HostWeights(Map<String, TensorData> tensors) {
    this.tensors = Collections.unmodifiableSortedMap(new TreeMap<>(tensors));
  }

  /** The tensors of a map. */
  public static HostWeights of(Map<String, TensorData> tensors) {
    return new HostWeights(tensors);
  }

  /** All tensors of other weights, read now. */
  public static HostWeights copyOf(Weights weights) {
    SortedMap<String, TensorData> tensors = new TreeMap<>();
    weights.names().forEach(name -> tensors.put(name, weights.read(name)));
    return new HostWeights(tensors);
  }

  /** The same weights but for one tensor. */
  public HostWeights with(String name, TensorData tensor) {
    SortedMap<String, TensorData> copy = new TreeMap<>(tensors);
    copy.put(name, tensor);
    return new HostWeights(copy);
  }

  @Override
  public SortedSet<String> names() {
    return Collections.unmodifiableSortedSet(new TreeSet<>(tensors.keySet()));
  }

  @Override
  public Info info(String name) {
    TensorData tensor = read(name);
    return new Info(tensor.dtype(), tensor.shape());
  }

  @Override
  public TensorData read(String name) {
    TensorData tensor = tensors.get(name);
    if (tensor == null) {
      throw new UnknownNameException(
          Problems.problem("tensor", name, "one of " + tensors.keySet()));
    }
    return tensor;
  }

  /** Names, types and shapes. */
  @Override
  public String toString() {
    return "HostWeights" + tensors.keySet();
  }
}
