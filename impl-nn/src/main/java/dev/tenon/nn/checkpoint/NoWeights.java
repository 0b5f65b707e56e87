package dev.tenon.nn.checkpoint;

import dev.tenon.checkpoint.Weights;
import dev.tenon.error.UnsupportedFeatureException;
import dev.tenon.internal.Problems;
import dev.tenon.model.Parameter;
import dev.tenon.nn.family.Architecture;
import dev.tenon.tensor.TensorData;
import java.nio.file.Path;
import java.util.Collections;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/** The weights that a quantised directory no longer has: names and shapes, no values. */
final class NoWeights implements Weights {
  private final Path directory;
  private final SortedMap<String, Info> infos = new TreeMap<>();

  NoWeights(Path directory, Architecture architecture) {
    this.directory = directory;
    for (Parameter each : architecture.parameters()) {
      infos.put(each.name(), new Info(each.dtype(), each.shape()));
    }
  }

  @Override
  public SortedSet<String> names() {
    return Collections.unmodifiableSortedSet(new TreeSet<>(infos.keySet()));
  }

  @Override
  public Info info(String name) {
    Info info = infos.get(name);
    if (info == null) {
      throw refusal();
    }
    return info;
  }

  @Override
  public TensorData read(String name) {
    throw refusal();
  }

  private UnsupportedFeatureException refusal() {
    return new UnsupportedFeatureException(
        Problems.problem(
            "weights of " + directory, "quantized", "inference, or the directory it was made of"));
  }
}
