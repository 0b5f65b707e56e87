package dev.tenon.nn.lora;

import dev.tenon.checkpoint.Weights;
import dev.tenon.error.UnknownNameException;
import dev.tenon.internal.Problems;
import dev.tenon.internal.SplitMix64;
import dev.tenon.model.Parameter;
import dev.tenon.nn.internal.NameSeed;
import dev.tenon.tensor.DType;
import dev.tenon.tensor.TensorData;
import java.util.Collection;
import java.util.Collections;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Adapters that have learned nothing, as {@code peft} starts them: A uniform within ±1 / root of in
 * ({@code kaiming_uniform_(a=sqrt(5))}), B zero. A tensor is a function of seed and name alone.
 * Immutable and safe for threads.
 */
final class AdapterStart implements Weights {
  private final SortedMap<String, Parameter> parameters = new TreeMap<>();
  private final long seed;

  AdapterStart(Collection<Parameter> adapters, long seed) {
    this.seed = seed;
    adapters.forEach(x -> parameters.put(x.name(), x));
  }

  @Override
  public SortedSet<String> names() {
    return Collections.unmodifiableSortedSet(new TreeSet<>(parameters.keySet()));
  }

  @Override
  public Info info(String name) {
    return new Info(DType.F32, parameter(name).shape());
  }

  @Override
  public TensorData read(String name) {
    Parameter parameter = parameter(name);
    if (name.endsWith(LoraLayer.B)) {
      return TensorData.zeros(DType.F32, parameter.shape().toArray());
    }
    float[] values = new float[Math.toIntExact(parameter.shape().size())];
    double bound = 1 / Math.sqrt((double) parameter.shape().dim(1));
    SplitMix64 bits = new SplitMix64(NameSeed.of(seed, name));
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) (((bits.next() >>> 11) * 0x1p-52 - 1) * bound);
    }
    return TensorData.ofFloats(values, parameter.shape().toArray());
  }

  private Parameter parameter(String name) {
    Parameter found = parameters.get(name);
    if (found == null) {
      throw new UnknownNameException(
          Problems.problem("adapter tensor", name, "one of " + parameters.keySet()));
    }
    return found;
  }
}
