package dev.tenon.checkpoint;

import dev.tenon.error.InvalidInputException;
import dev.tenon.internal.Problems;
import dev.tenon.tensor.DType;
import dev.tenon.tensor.TensorData;
import java.util.Optional;
import java.util.SortedSet;

/**
 * A source's tensors in another floating type, converted when they are read.
 *
 * @param source with tensors of floating types
 * @param dtype floating
 */
record ConvertedWeights(Weights source, DType dtype) implements Weights {
  ConvertedWeights {
    if (!dtype.isFloating()) {
      throw new InvalidInputException(Problems.problem("dtype", dtype, "a floating type"));
    }
  }

  @Override
  public SortedSet<String> names() {
    return source.names();
  }

  @Override
  public Info info(String name) {
    return new Info(dtype, source.info(name).shape());
  }

  @Override
  public TensorData read(String name) {
    return source.read(name).to(dtype);
  }

  @Override
  public Optional<Region> region(String name) {
    return source.info(name).dtype() == dtype ? source.region(name) : Optional.empty();
  }
}
