package dev.tenon.backend.testkit.objectives;

import dev.tenon.objective.LossFunction;
import dev.tenon.tensor.NamedArray;
import dev.tenon.tensor.TensorData;
import java.util.List;
import java.util.Map;
import java.util.stream.DoubleStream;

/**
 * The twin of {@link ExampleObjectives#inBatchNegatives}. N tokens, H hidden, I items of K
 * sequences each.
 */
record InBatchNegatives(Map<String, Double> hyperParameters) implements LossFunction {
  @Override
  public Loss compute(NamedArray outputs, NamedArray given) {
    TwinBatch batch = new TwinBatch(given);
    TensorData hidden = outputs.get("hidden"); // [N, H]
    int width = Math.toIntExact(hidden.shape().dim(1));
    int items = batch.items().count();
    int perItem = batch.items().sequencesPerItem().get(0);
    double[][] units = new double[items * perItem][]; // [I * K][H], of length 1
    double[] norms = new double[units.length];
    pool(batch, hidden.toDoubles(), width, units, norms);
    double[][] byUnit = new double[units.length][width];
    double sum = 0;
    for (int i = 0; i < items; i++) {
      sum += anchor(i, items, perItem, units, byUnit);
    }
    double[] gradient = unpool(batch, units, norms, byUnit, width);
    return new Loss(
        sum,
        items,
        Map.of("hidden", TwinBatch.gradient(gradient, gradient.length / width, width)),
        Map.of());
  }

  /** Sequence means, divided by their norms. */
  private static void pool(
      TwinBatch batch, double[] hidden, int width, double[][] units, double[] norms) {
    List<Integer> lengths = batch.items().lengths();
    int token = 0;
    for (int s = 0; s < units.length; s++) {
      double[] mean = new double[width];
      for (int t = 0; t < lengths.get(s); t++, token++) {
        for (int j = 0; j < width; j++) {
          mean[j] += hidden[token * width + j] / lengths.get(s);
        }
      }
      double norm = Math.sqrt(DoubleStream.of(mean).map(x -> x * x).sum());
      norms[s] = norm;
      units[s] = DoubleStream.of(mean).map(x -> x / norm).toArray();
    }
  }

  /** The sequence of candidate c: all positives, then all first hard negatives, and so on. */
  private static int candidate(int c, int items, int perItem) {
    return c % items * perItem + 1 + c / items;
  }

  /** Cross-entropy of one anchor; adds the gradients of the unit vectors. */
  private double anchor(int item, int items, int perItem, double[][] units, double[][] byUnit) {
    double scale = TwinBatch.hyperParameter(hyperParameters, "scale");
    int anchor = item * perItem;
    double[] s = new double[items * (perItem - 1)];
    for (int c = 0; c < s.length; c++) {
      double[] other = units[candidate(c, items, perItem)];
      for (int j = 0; j < other.length; j++) {
        s[c] += scale * units[anchor][j] * other[j];
      }
    }
    double max = DoubleStream.of(s).max().orElse(0);
    double logSum = max + Math.log(DoubleStream.of(s).map(x -> Math.exp(x - max)).sum());
    for (int c = 0; c < s.length; c++) {
      double slope = scale * (Math.exp(s[c] - logSum) - (c == item ? 1 : 0));
      int other = candidate(c, items, perItem);
      for (int j = 0; j < units[anchor].length; j++) {
        byUnit[anchor][j] += slope * units[other][j];
        byUnit[other][j] += slope * units[anchor][j];
      }
    }
    return logSum - s[item];
  }

  /** Back through norm and mean: d(x / |x|) = (d - u (u d)) / |x|. */
  private static double[] unpool(
      TwinBatch batch, double[][] units, double[] norms, double[][] byUnit, int width) {
    List<Integer> lengths = batch.items().lengths();
    double[] gradient = new double[Math.toIntExact(batch.items().tokens()) * width];
    int token = 0;
    for (int s = 0; s < units.length; s++) {
      double along = 0;
      for (int j = 0; j < width; j++) {
        along += units[s][j] * byUnit[s][j];
      }
      for (int t = 0; t < lengths.get(s); t++, token++) {
        for (int j = 0; j < width; j++) {
          gradient[token * width + j] =
              (byUnit[s][j] - units[s][j] * along) / norms[s] / lengths.get(s);
        }
      }
    }
    return gradient;
  }
}
