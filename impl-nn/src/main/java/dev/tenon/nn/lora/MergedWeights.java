package dev.tenon.nn.lora;

import dev.tenon.checkpoint.Weights;
import dev.tenon.tensor.DType;
import dev.tenon.tensor.TensorData;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * Weights with their adapters added, {@code W + scale * B A}, made when they are read. Sums are in
 * F64 and rounded once. Immutable; as safe for threads as the source.
 */
final class MergedWeights implements Weights {
  private final Weights source;
  private final SortedSet<String> names;
  private final Map<String, LoraLayer> layers = new LinkedHashMap<>();
  private final LoraConfig config;

  MergedWeights(Weights source, Set<String> names, Iterable<LoraLayer> layers, LoraConfig config) {
    this.source = source;
    this.names = Collections.unmodifiableSortedSet(new TreeSet<>(names));
    this.config = config;
    layers.forEach(x -> this.layers.put(x.weight().name(), x));
  }

  @Override
  public SortedSet<String> names() {
    return names;
  }

  @Override
  public Info info(String name) {
    return source.info(name);
  }

  @Override
  public TensorData read(String name) {
    LoraLayer layer = layers.get(name);
    return layer == null ? source.read(name) : merged(layer);
  }

  @Override
  public Optional<Region> region(String name) {
    return layers.containsKey(name) ? Optional.empty() : source.region(name);
  }

  private TensorData merged(LoraLayer layer) {
    TensorData weight = source.read(layer.weight().name());
    float[] values = weight.toFloats();
    float[] a = source.read(layer.module() + LoraLayer.A).toFloats(); // [r, in]
    float[] b = source.read(layer.module() + LoraLayer.B).toFloats(); // [out, r]
    int in = Math.toIntExact(layer.in());
    int out = Math.toIntExact(layer.out());
    double[] row = new double[in];
    for (int o = 0; o < out; o++) {
      product(row, a, b, o);
      for (int i = 0; i < in; i++) {
        int at = layer.transposed() ? i * out + o : o * in + i;
        values[at] = (float) (values[at] + config.scale() * row[i]);
      }
    }
    TensorData sum = TensorData.ofFloats(values, weight.shape().toArray());
    return weight.dtype() == DType.F32 ? sum : sum.to(weight.dtype());
  }

  /** Row o of B A. */
  private void product(double[] row, float[] a, float[] b, int o) {
    Arrays.fill(row, 0);
    for (int r = 0; r < config.rank(); r++) {
      double factor = b[o * config.rank() + r];
      for (int i = 0; i < row.length; i++) {
        row[i] += factor * a[r * row.length + i];
      }
    }
  }
}
