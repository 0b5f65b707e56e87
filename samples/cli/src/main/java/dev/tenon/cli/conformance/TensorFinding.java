package dev.tenon.cli.conformance;

import dev.tenon.tensor.TensorData;
import java.util.Optional;

/** Measures tensors that may be missing or of another shape. */
final class TensorFinding {
  private TensorFinding() {}

  /** The distance of a measured tensor from the expected one; both are given in one shape. */
  @FunctionalInterface
  interface Distance {
    /** See {@link Errors}. */
    double of(TensorData expected, TensorData measured);
  }

  /** A finding that fails when the tensor is missing, has another shape, or is too far off. */
  static Finding of(
      String quantity,
      double tolerance,
      TensorData expected,
      Optional<TensorData> measured,
      Distance distance) {
    if (measured.isEmpty()) {
      return Finding.impossible(quantity, tolerance, "not computed");
    }
    TensorData found = measured.get();
    if (!found.shape().equals(expected.shape())) {
      return Finding.impossible(
          quantity, tolerance, "shape: " + found.shape() + " (expected: " + expected.shape() + ")");
    }
    return Finding.of(quantity, distance.of(expected, found), tolerance);
  }
}
