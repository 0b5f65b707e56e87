package dev.tenon.backend.testkit;

import dev.tenon.checkpoint.HostWeights;
import dev.tenon.checkpoint.Weights;
import dev.tenon.model.Parameter;
import dev.tenon.tensor.Shape;
import dev.tenon.tensor.TensorData;
import dev.tenon.tensor.TensorSink;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * One float64 array per parameter of a {@link FakeNetwork}: weights, gradients or moments. Not safe
 * for threads.
 */
final class FakeParameters {
  private final Map<String, double[]> values = new LinkedHashMap<>(); // in the network's order
  private final Map<String, Shape> shapes = new LinkedHashMap<>();
  final double[] embed; // [V, H]
  final double[] mix; // [H, H]
  final double[] bias; // [H]
  final double[] head; // [rows of the head, H]

  private FakeParameters(FakeNetwork network) {
    for (Parameter parameter : network.parameters()) {
      values.put(parameter.name(), new double[Math.toIntExact(parameter.shape().size())]);
      shapes.put(parameter.name(), parameter.shape());
    }
    embed = array(FakeNetwork.EMBED);
    mix = array(FakeNetwork.MIX);
    bias = array(FakeNetwork.BIAS);
    head = array(network.headWeight());
  }

  static FakeParameters zeros(FakeNetwork network) {
    return new FakeParameters(network);
  }

  static FakeParameters load(FakeNetwork network) {
    FakeParameters loaded = zeros(network);
    loaded.assign(network.weights());
    return loaded;
  }

  /** Takes over the values of weights of the same shapes. */
  void assign(Weights source) {
    for (String name : source.names()) {
      double[] read = source.read(name).toDoubles();
      System.arraycopy(read, 0, array(name), 0, read.length);
    }
  }

  /** The array of a parameter, to be changed in place. */
  double[] array(String name) {
    return Objects.requireNonNull(values.get(name), name);
  }

  /** L2 norm over all. */
  double norm() {
    double sum = 0;
    for (double[] array : values.values()) {
      for (double value : array) {
        sum += value * value;
      }
    }
    return Math.sqrt(sum);
  }

  void scale(double factor) {
    for (double[] array : values.values()) {
      for (int i = 0; i < array.length; i++) {
        array[i] *= factor;
      }
    }
  }

  /** Sets what is not among the names to 0. */
  void keep(Set<String> names) {
    values.forEach(
        (name, array) -> {
          if (!names.contains(name)) {
            Arrays.fill(array, 0);
          }
        });
  }

  /** Hands out the arrays of some names as F32, in the network's order. */
  void accept(Set<String> names, TensorSink sink) {
    accept(
        (name, tensor) -> {
          if (names.contains(name)) {
            sink.accept(name, tensor);
          }
        });
  }

  /** Hands out every array as F32, in the network's order. */
  void accept(TensorSink sink) {
    values.forEach((name, array) -> sink.accept(name, tensor(name)));
  }

  private TensorData tensor(String name) {
    double[] array = array(name);
    float[] floats = new float[array.length];
    for (int i = 0; i < floats.length; i++) {
      floats[i] = (float) array[i];
    }
    return TensorData.ofFloats(floats, Objects.requireNonNull(shapes.get(name)).toArray());
  }

  /** A copy in F32. */
  HostWeights toWeights() {
    return toWeights(values.keySet());
  }

  /** A copy of some arrays in F32. */
  HostWeights toWeights(Set<String> names) {
    Map<String, TensorData> tensors = new LinkedHashMap<>();
    accept(names, tensors::put);
    return HostWeights.of(tensors);
  }
}
