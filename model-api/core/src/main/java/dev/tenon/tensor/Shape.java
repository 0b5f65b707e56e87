package dev.tenon.tensor;

import dev.tenon.error.InvalidInputException;
import dev.tenon.internal.Problems;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The dimensions of a tensor, outermost first; empty for a scalar.
 *
 * @param dims dimensions, each ≥ 0; their product fits into 63 bits
 */
public record Shape(List<Long> dims) {
  /** Copies and checks the dimensions. */
  public Shape {
    dims = List.copyOf(dims);
    elements(dims);
  }

  /** A shape from its dimensions; none for a scalar. */
  public static Shape of(long... dims) {
    return new Shape(Arrays.stream(dims).boxed().toList());
  }

  /** Number of dimensions. */
  public int rank() {
    return dims.size();
  }

  /** The dimension at an index; negative indexes count from the end. */
  public long dim(int index) {
    return dims.get(index < 0 ? dims.size() + index : index);
  }

  /** Number of elements; 1 for a scalar. */
  public long size() {
    return elements(dims);
  }

  /** The dimensions as a new array. */
  public long[] toArray() {
    return dims.stream().mapToLong(Long::longValue).toArray();
  }

  /** The same shape with another first dimension. */
  public Shape withFirst(long first) {
    long[] all = toArray();
    if (all.length == 0) {
      throw new InvalidInputException(Problems.problem("shape", this, "at least one dimension"));
    }
    all[0] = first;
    return of(all);
  }

  private static long elements(List<Long> dims) {
    long product = 1;
    boolean empty = false;
    for (long dim : dims) {
      if (dim < 0) {
        throw new InvalidInputException(Problems.problem("shape", dims, "no negative dimension"));
      }
      empty |= dim == 0;
    }
    if (empty) {
      return 0;
    }
    for (long dim : dims) {
      try {
        product = Math.multiplyExact(product, dim);
      } catch (ArithmeticException e) {
        throw new InvalidInputException(
            Problems.problem("shape", dims, "a number of elements below 2^63"), e);
      }
    }
    return product;
  }

  // As a record's own, which the JVM would write at its first use: 30 ms of a cold start.
  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Shape that && dims.equals(that.dims);
  }

  @Override
  public int hashCode() {
    return dims.hashCode();
  }

  /** For example {@code [2, 3]}. */
  @Override
  public String toString() {
    return dims.stream().map(String::valueOf).collect(Collectors.joining(", ", "[", "]"));
  }
}
