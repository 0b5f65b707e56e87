package dev.tenon.modelinterface.internal;

import java.util.Comparator;
import java.util.stream.IntStream;

/** How two series of equal length go together: −1 to 1; NaN where one of them is constant. */
public final class Correlation {
  private Correlation() {}

  /** Pearson's coefficient (scipy: {@code stats.pearsonr}). */
  public static double pearson(double[] x, double[] y) {
    double meanX = mean(x);
    double meanY = mean(y);
    double both = 0;
    double ownX = 0;
    double ownY = 0;
    for (int i = 0; i < x.length; i++) {
      both += (x[i] - meanX) * (y[i] - meanY);
      ownX += (x[i] - meanX) * (x[i] - meanX);
      ownY += (y[i] - meanY) * (y[i] - meanY);
    }
    return both / Math.sqrt(ownX * ownY);
  }

  /** Spearman's coefficient: Pearson's of the ranks (scipy: {@code stats.spearmanr}). */
  public static double spearman(double[] x, double[] y) {
    return pearson(ranks(x), ranks(y));
  }

  private static double mean(double[] x) {
    double sum = 0;
    for (double each : x) {
      sum += each;
    }
    return sum / x.length;
  }

  /** Ranks from 1; equal values share the mean of theirs. */
  private static double[] ranks(double[] x) {
    int[] order =
        IntStream.range(0, x.length)
            .boxed()
            .sorted(Comparator.comparingDouble(i -> x[i]))
            .mapToInt(i -> i)
            .toArray();
    double[] ranks = new double[x.length];
    int from = 0;
    while (from < order.length) {
      int to = from;
      while (to < order.length && x[order[to]] == x[order[from]]) {
        to++;
      }
      for (int i = from; i < to; i++) {
        ranks[order[i]] = (from + 1 + to) / 2.0;
      }
      from = to;
    }
    return ranks;
  }
}
