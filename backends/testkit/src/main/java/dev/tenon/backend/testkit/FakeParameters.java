package dev.tenon.backend.testkit;

import dev.tenon.checkpoint.HostWeights;
import dev.tenon.checkpoint.Weights;
import dev.tenon.model.Parameter;
import dev.tenon.tensor.Shape;
import dev.tenon.tensor.TensorData;
import dev.tenon.tensor.TensorSink;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;

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
  final double[] head; // [V, H] or [1, H]

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

  /** Takes over the values of weights with the same names and shapes. */
  void assign(Weights source) {
    values.forEach(
        (name, array) -> {
          double[] read = source.read(name).toDoubles();
          System.arraycopy(read, 0, array, 0, array.length);
        });
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
    Map<String, TensorData> tensors = new LinkedHashMap<>();
    accept(tensors::put);
    return HostWeights.of(tensors);
  }
}
