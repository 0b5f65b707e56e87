package dev.tenon.backend.testkit;

/** {@code h' = tanh(E[x] + W h + b)} and its derivative, in float64; H is the size of a state. */
final class Recurrence {
  private final int width; // H
  private final FakeParameters weights;

  Recurrence(int width, FakeParameters weights) {
    this.width = width;
    this.weights = weights;
  }

  /** The state before the first token [H]. */
  double[] start() {
    return new double[width];
  }

  /** The state after one more token [H]. */
  double[] next(double[] state, int id) {
    double[] next = times(weights.mix, state);
    for (int i = 0; i < width; i++) {
      next[i] = Math.tanh(next[i] + weights.embed[id * width + i] + weights.bias[i]);
    }
    return next;
  }

  /**
   * One token back.
   *
   * @param gradient of the state after the token [H]
   * @param after that state
   * @param before the state before the token
   * @param into receives the gradients of the weights
   * @return the gradient of {@code before}
   */
  double[] back(double[] gradient, double[] after, double[] before, int id, FakeParameters into) {
    double[] carried = new double[width];
    for (int i = 0; i < width; i++) {
      double inner = gradient[i] * (1 - after[i] * after[i]); // tanh' = 1 - tanh^2
      into.embed[id * width + i] += inner;
      into.bias[i] += inner;
      for (int j = 0; j < width; j++) {
        into.mix[i * width + j] += inner * before[j];
        carried[j] += inner * weights.mix[i * width + j];
      }
    }
    return carried;
  }

  /** A row-major matrix [n, H] times a vector [H]. */
  static double[] times(double[] matrix, double[] vector) {
    double[] product = new double[matrix.length / vector.length];
    for (int i = 0; i < product.length; i++) {
      for (int j = 0; j < vector.length; j++) {
        product[i] += matrix[i * vector.length + j] * vector[j];
      }
    }
    return product;
  }
}
