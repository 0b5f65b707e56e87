package dev.tenon.cli.conformance;

import dev.tenon.tensor.TensorData;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * {@code sampling_filters}: rows [B, V] of logits and what temperature, top-k, top-p and min-p
 * leave of them. Which of equal logits top-p drops is open, so rows with ties are compared sorted.
 */
record SamplingFiltersAlgorithm() implements Algorithm {
  @Override
  public String name() {
    return "sampling_filters";
  }

  @Override
  public List<Finding> run(AlgorithmFile file, AlgorithmCase each) {
    TensorData logits = file.input("logits");
    int rows = (int) logits.shape().dim(0);
    int columns = (int) logits.shape().dim(1);
    double[] given = Tables.doubles(logits);
    double[] left = Tables.doubles(ChoiceScript.call("filtered", logits, options(each, rows)));
    double[] expected = each.numbers("probs");
    double[] probs = new double[left.length];
    double[] kept = new double[rows];
    for (int row = 0; row < rows; row++) {
      int from = row * columns;
      int to = from + columns;
      softmax(left, probs, from, to);
      kept[row] = Arrays.stream(left, from, to).filter(Double::isFinite).count();
      if (Arrays.stream(given, from, to).distinct().count() < columns) {
        Arrays.sort(probs, from, to);
        Arrays.sort(expected, from, to);
      }
    }
    return List.of(
        each.compare("probs", expected, probs), each.withTolerance(0).compare("kept", kept));
  }

  /** The parameters for all rows; what is off is left out as sessions leave it out. */
  private static Map<String, TensorData> options(AlgorithmCase each, int rows) {
    Map<String, TensorData> options = new LinkedHashMap<>();
    put(options, "temperature", each.param("temperature", 1), 1, rows);
    put(options, "top_p", each.param("top_p", 1), 1, rows);
    put(options, "min_p", each.param("min_p", 0), 0, rows);
    long[] topK = new long[rows];
    Arrays.fill(topK, (long) each.param("top_k", 0));
    if (topK[0] > 0) {
      options.put("top_k", TensorData.ofLongs(topK, rows));
    }
    return options;
  }

  private static void put(
      Map<String, TensorData> options, String name, double value, double neutral, int rows) {
    double[] values = new double[rows];
    Arrays.fill(values, value);
    if (value != neutral) {
      options.put(name, TensorData.ofDoubles(values, rows));
    }
  }

  private static void softmax(double[] logits, double[] target, int from, int to) {
    double most = Arrays.stream(logits, from, to).max().orElseThrow();
    double sum = Arrays.stream(logits, from, to).map(x -> Math.exp(x - most)).sum();
    for (int i = from; i < to; i++) {
      target[i] = Math.exp(logits[i] - most) / sum;
    }
  }
}
