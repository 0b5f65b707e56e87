package dev.tenon.modelinterface.internal;

import java.util.Arrays;

/** The cosine of vectors that lie in one row-major array. */
public final class Cosine {
  private static final double SMALLEST = 1e-12; // torch.nn.functional.normalize: eps

  private Cosine() {}

  /** The cosine of two arrays of equal length; with zeros alone it is 0. */
  public static double of(double[] first, double[] second) {
    double[] rows = Arrays.copyOf(first, 2 * first.length);
    System.arraycopy(second, 0, rows, first.length, second.length);
    return ofRows(rows, first.length, 0, 1);
  }

  /** The cosine of two rows of an array [rows, width]; with a row of zeros it is 0. */
  public static double ofRows(double[] rows, int width, int first, int second) {
    double product = 0;
    double a = 0;
    double b = 0;
    for (int i = 0; i < width; i++) {
      double x = rows[first * width + i];
      double y = rows[second * width + i];
      product += x * y;
      a += x * x;
      b += y * y;
    }
    return product / (Math.max(Math.sqrt(a), SMALLEST) * Math.max(Math.sqrt(b), SMALLEST));
  }
}
