package dev.tenon.backend.testkit;

import dev.tenon.checkpoint.HostWeights;
import dev.tenon.internal.SplitMix64;
import dev.tenon.model.Parameter;
import dev.tenon.tensor.TensorData;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/** Weights of a network that has learned nothing. */
final class RandomStart {
  private RandomStart() {}

  /** F32, uniform in (-0.5, 0.5), a function of the seed and the parameters' order. */
  static HostWeights weights(List<Parameter> parameters, long seed) {
    SplitMix64 random = new SplitMix64(SplitMix64.mix(seed));
    SortedMap<String, TensorData> tensors = new TreeMap<>();
    for (Parameter parameter : parameters) {
      float[] values = new float[Math.toIntExact(parameter.shape().size())];
      for (int i = 0; i < values.length; i++) {
        values[i] = (random.next() >>> 40) * 0x1p-24f - 0.5f;
      }
      tensors.put(parameter.name(), TensorData.ofFloats(values, parameter.shape().toArray()));
    }
    return HostWeights.of(tensors);
  }
}
