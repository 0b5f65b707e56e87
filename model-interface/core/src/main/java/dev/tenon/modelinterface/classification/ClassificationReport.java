package dev.tenon.modelinterface.classification;

import dev.tenon.modelinterface.internal.Correlation;
import dev.tenon.tensor.TensorData;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Counts right and wrong classes over batches. Not thread-safe. */
final class ClassificationReport {
  private final Classes classes;
  private final long[] hits; // [C] the class was there and was found
  private final long[] found; // [C]
  private final long[] there; // [C]
  private final List<Double> predicted = new ArrayList<>();
  private final List<Double> expected = new ArrayList<>();
  private long examples;
  private long right;

  ClassificationReport(Classes classes) {
    this.classes = classes;
    this.hits = new long[classes.count()];
    this.found = new long[classes.count()];
    this.there = new long[classes.count()];
  }

  /** Sequences with a label so far. */
  long examples() {
    return examples;
  }

  /**
   * Adds a batch.
   *
   * @param logits F32 [n, C]
   * @param labels as {@link Classes#check} wants them
   */
  void add(TensorData logits, TensorData labels) {
    int count = classes.count();
    double[] values = logits.toDoubles();
    for (int i = 0; i < values.length / count; i++) {
      switch (classes.problem()) {
        case SINGLE_LABEL_CLASSIFICATION -> addSingle(values, i * count, labels.getLong(i));
        case MULTI_LABEL_CLASSIFICATION -> addSeveral(values, i * count, labels);
        case REGRESSION -> addNumbers(values, i * count, labels);
      }
    }
  }

  private void addSingle(double[] values, int from, long label) {
    if (label < 0) {
      return;
    }
    int best = 0;
    for (int c = 1; c < classes.count(); c++) {
      best = values[from + c] > values[from + best] ? c : best;
    }
    examples++;
    right += best == label ? 1 : 0;
    hits[best] += best == label ? 1 : 0;
    found[best]++;
    there[(int) label]++;
  }

  private void addSeveral(double[] values, int from, TensorData labels) {
    boolean all = true;
    for (int c = 0; c < classes.count(); c++) {
      boolean says = values[from + c] > 0; // a probability above 0.5
      boolean is = labels.getDouble(from + c) > 0.5;
      hits[c] += says && is ? 1 : 0;
      found[c] += says ? 1 : 0;
      there[c] += is ? 1 : 0;
      all &= says == is;
    }
    examples++;
    right += all ? 1 : 0;
  }

  private void addNumbers(double[] values, int from, TensorData labels) {
    examples++;
    if (classes.count() == 1) {
      predicted.add(values[from]);
      expected.add(labels.getDouble(from));
    }
  }

  /** The metrics so far. */
  Map<String, Double> metrics() {
    Map<String, Double> metrics = new LinkedHashMap<>();
    if (classes.problem() != ProblemType.REGRESSION) {
      metrics.put("accuracy", (double) right / examples);
      metrics.put("macro_f1", macroF1());
    } else if (classes.count() == 1) {
      double[] x = predicted.stream().mapToDouble(Double::doubleValue).toArray();
      double[] y = expected.stream().mapToDouble(Double::doubleValue).toArray();
      metrics.put("pearson", Correlation.pearson(x, y));
      metrics.put("spearman", Correlation.spearman(x, y));
    }
    metrics.put("examples", (double) examples);
    return metrics;
  }

  /**
   * The mean of the classes' F1, 2 hits / (found + there); of a single label over the classes that
   * occur, of several over all, one that neither occurs nor is found counting 0 (scikit-learn:
   * {@code f1_score(average="macro", zero_division=0)}).
   */
  private double macroF1() {
    boolean several = classes.problem() == ProblemType.MULTI_LABEL_CLASSIFICATION;
    double sum = 0;
    int counted = 0;
    for (int c = 0; c < hits.length; c++) {
      long both = found[c] + there[c];
      sum += both == 0 ? 0 : 2.0 * hits[c] / both;
      counted += several || both > 0 ? 1 : 0;
    }
    return sum / counted;
  }
}
