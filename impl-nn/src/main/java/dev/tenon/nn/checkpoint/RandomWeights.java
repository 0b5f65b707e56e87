package dev.tenon.nn.checkpoint;

import dev.tenon.checkpoint.Weights;
import dev.tenon.error.UnknownNameException;
import dev.tenon.internal.Problems;
import dev.tenon.internal.SplitMix64;
import dev.tenon.model.Parameter;
import dev.tenon.nn.family.Architecture;
import dev.tenon.nn.family.Architecture.Start;
import dev.tenon.nn.internal.NameSeed;
import dev.tenon.tensor.DType;
import dev.tenon.tensor.TensorData;
import java.nio.ByteBuffer;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Weights of a network that has learned nothing, in F32, made when they are read. A tensor is a
 * function of seed and name alone: the same on every machine, in any order. Immutable and safe for
 * threads.
 */
final class RandomWeights implements Weights {
  private final SortedMap<String, Parameter> parameters = new TreeMap<>();
  private final Architecture architecture;
  private final long seed;

  RandomWeights(Architecture architecture, long seed) {
    this.architecture = architecture;
    this.seed = seed;
    architecture.parameters().forEach(x -> parameters.put(x.name(), x));
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
    Start start = architecture.start().apply(parameter);
    List<ByteBuffer> segments = TensorData.allocate(info(name).bytes());
    Normal normal = new Normal(NameSeed.of(seed, name));
    for (ByteBuffer segment : segments) {
      for (int at = 0; at < segment.capacity(); at += Float.BYTES) {
        double value =
            start.deviation() == 0
                ? start.mean()
                : start.mean() + start.deviation() * normal.next();
        segment.putFloat(at, (float) value);
      }
    }
    return TensorData.wrap(DType.F32, parameter.shape(), segments);
  }

  private Parameter parameter(String name) {
    Parameter found = parameters.get(name);
    if (found == null) {
      throw new UnknownNameException(
          Problems.problem("parameter", name, "one of " + architecture.name()));
    }
    return found;
  }

  /**
   * Standard normal numbers by Marsaglia's polar method, in StrictMath, so that all machines agree.
   */
  private static final class Normal {
    private final SplitMix64 bits;
    private double spare;
    private boolean hasSpare;

    Normal(long state) {
      this.bits = new SplitMix64(state);
    }

    double next() {
      if (hasSpare) {
        hasSpare = false;
        return spare;
      }
      double u;
      double v;
      double square;
      do {
        u = uniform();
        v = uniform();
        square = u * u + v * v;
      } while (square >= 1 || square == 0);
      double scale = StrictMath.sqrt(-2 * StrictMath.log(square) / square);
      spare = v * scale;
      hasSpare = true;
      return u * scale;
    }

    /** Between -1 and 1. */
    private double uniform() {
      return (bits.next() >>> 11) * 0x1p-52 - 1;
    }
  }
}
