package dev.tenon.cli.conformance;

import dev.tenon.tensor.TensorData;

/**
 * Distances between an expected and a measured tensor of one shape, in f64. A NaN on either side
 * makes the distance NaN, so that it passes no tolerance.
 */
final class Errors {
  private Errors() {}

  /** The largest |expected - measured|. */
  static double maxAbs(TensorData expected, TensorData measured) {
    double worst = 0;
    for (long i = 0; i < expected.size(); i++) {
      // Math.max keeps NaN.
      worst = Math.max(worst, Math.abs(expected.getDouble(i) - measured.getDouble(i)));
    }
    return worst;
  }

  /** The largest |expected - measured| over the largest |expected|. */
  static double maxAbsOverLargest(TensorData expected, TensorData measured) {
    double largest = 0;
    for (long i = 0; i < expected.size(); i++) {
      largest = Math.max(largest, Math.abs(expected.getDouble(i)));
    }
    double error = maxAbs(expected, measured);
    return largest == 0 ? error : error / largest;
  }

  /** The L2 norm of a tensor. */
  static double norm(TensorData tensor) {
    double sum = 0;
    for (long i = 0; i < tensor.size(); i++) {
      double x = tensor.getDouble(i);
      sum += x * x;
    }
    return Math.sqrt(sum);
  }

  /** The L2 norm of expected - measured over that of expected. */
  static double relativeL2(TensorData expected, TensorData measured) {
    double sum = 0;
    for (long i = 0; i < expected.size(); i++) {
      double x = expected.getDouble(i) - measured.getDouble(i);
      sum += x * x;
    }
    return Math.sqrt(sum) / norm(expected);
  }

  /** |expected - measured| over |expected|. */
  static double relative(double expected, double measured) {
    return Math.abs(expected - measured) / Math.abs(expected);
  }
}
