package dev.tenon.modelinterface.classification;

import dev.tenon.backend.testkit.FakeBackend;
import dev.tenon.modelinterface.Golden;
import dev.tenon.objective.LossFunction;
import dev.tenon.objective.LossFunction.Loss;
import dev.tenon.tensor.TensorData;
import java.util.Map;

/** The texts of this package in plain Java, float64. n rows, C classes. */
final class ClassificationTwins {
  private ClassificationTwins() {}

  /** A backend that knows them all. */
  static FakeBackend backend() {
    return new FakeBackend()
        .withTwin("single_label_classification", ClassificationTwins::singleLabel)
        .withTwin("multi_label_classification", hp -> multiLabel())
        .withTwin("regression", hp -> regression());
  }

  private static double classWeight(Map<String, Double> hp, int c) {
    return hp.getOrDefault("class_weight_" + c, 1.0);
  }

  static LossFunction singleLabel(Map<String, Double> hp) {
    return (outputs, batch) -> {
      double[] logits = outputs.get("class_logits").toDoubles();
      long[] labels = batch.get("class_labels").toLongs();
      int classes = logits.length / labels.length;
      double smoothing = hp.get("label_smoothing");
      double[] gradient = new double[logits.length];
      double sum = 0;
      double weight = 0;
      double correct = 0;
      for (int i = 0; i < labels.length; i++) {
        if (labels[i] < 0) {
          continue;
        }
        int from = i * classes;
        double total = 0;
        int best = 0;
        for (int c = 0; c < classes; c++) {
          total += Math.exp(logits[from + c]);
          best = logits[from + c] > logits[from + best] ? c : best;
        }
        double[] share = new double[classes]; // of -log p
        double shares = 0;
        for (int c = 0; c < classes; c++) {
          double own = c == labels[i] ? 1 - smoothing : 0;
          share[c] = (own + smoothing / classes) * classWeight(hp, c);
          shares += share[c];
          sum -= share[c] * (logits[from + c] - Math.log(total));
        }
        for (int c = 0; c < classes; c++) {
          gradient[from + c] = shares * Math.exp(logits[from + c]) / total - share[c];
        }
        weight += classWeight(hp, (int) labels[i]);
        correct += best == labels[i] ? 1 : 0;
      }
      return loss(sum, weight, gradient, classes, Map.of("correct", correct));
    };
  }

  static LossFunction multiLabel() {
    return (outputs, batch) -> {
      double[] logits = outputs.get("class_logits").toDoubles();
      double[] labels = batch.get("class_labels").toDoubles();
      int classes = (int) batch.get("class_labels").shape().dim(1);
      double[] gradient = new double[logits.length];
      double sum = 0;
      double correct = 0;
      for (int from = 0; from < logits.length; from += classes) {
        boolean all = true;
        for (int i = from; i < from + classes; i++) {
          double p = 1 / (1 + Math.exp(-logits[i]));
          sum -= labels[i] * Math.log(p) + (1 - labels[i]) * Math.log(1 - p);
          gradient[i] = p - labels[i];
          all &= logits[i] > 0 == labels[i] > 0.5;
        }
        correct += all ? 1 : 0;
      }
      return loss(sum, logits.length, gradient, classes, Map.of("correct", correct));
    };
  }

  static LossFunction regression() {
    return (outputs, batch) -> {
      TensorData output = outputs.get("class_logits");
      double[] found = output.toDoubles();
      double[] wanted = batch.get("class_labels").toDoubles();
      double[] gradient = new double[found.length];
      double sum = 0;
      for (int i = 0; i < found.length; i++) {
        sum += Math.pow(found[i] - wanted[i], 2);
        gradient[i] = 2 * (found[i] - wanted[i]);
      }
      return loss(sum, found.length, gradient, (int) output.shape().dim(1), Map.of());
    };
  }

  private static Loss loss(
      double sum, double weight, double[] gradient, int classes, Map<String, Double> statistics) {
    TensorData rows = Golden.floats(gradient, classes);
    return new Loss(sum, weight, Map.of("class_logits", rows), statistics);
  }
}
