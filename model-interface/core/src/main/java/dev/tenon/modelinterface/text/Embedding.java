package dev.tenon.modelinterface.text;

import dev.tenon.error.InvalidInputException;
import dev.tenon.internal.Problems;
import dev.tenon.modelinterface.internal.Cosine;
import dev.tenon.tensor.DType;
import dev.tenon.tensor.TensorData;

/**
 * The vector of a text. Immutable.
 *
 * @param values F32 [H]
 */
public record Embedding(TensorData values) {
  /** Checks. */
  public Embedding {
    if (values.dtype() != DType.F32 || values.shape().rank() != 1) {
      throw new InvalidInputException(
          Problems.problem("embedding", values.dtype() + " " + values.shape(), "F32 [H]"));
    }
  }

  /** H, the number of its elements. */
  public int size() {
    return Math.toIntExact(values.size());
  }

  /** One element, from 0. */
  public float get(int index) {
    return values.getFloat(index);
  }

  /** All elements in a new array. */
  public float[] toArray() {
    return values.toFloats();
  }

  /**
   * The cosine with another one: 1 where they point the same way.
   *
   * @throws InvalidInputException if they differ in size
   */
  public double cosine(Embedding other) {
    if (other.size() != size()) {
      throw new InvalidInputException(
          Problems.problem("embedding", other.size() + " elements", String.valueOf(size())));
    }
    return Cosine.of(values.toDoubles(), other.values.toDoubles());
  }

  /** The number of elements. */
  @Override
  public String toString() {
    return "Embedding(" + size() + ")";
  }
}
