package dev.tenon.modelinterface.embedding;

import dev.tenon.backend.testkit.FakeBackend;
import dev.tenon.backend.testkit.objectives.ExampleObjectives;
import dev.tenon.modelinterface.Golden;
import dev.tenon.objective.LossFunction;
import dev.tenon.objective.LossFunction.Loss;
import dev.tenon.tensor.FieldKind;
import dev.tenon.tensor.Items;
import dev.tenon.tensor.NamedArray;
import dev.tenon.tensor.TensorData;
import java.util.Arrays;
import java.util.Collections;
import java.util.Map;

/** The texts of this package in plain Java, float64. */
final class EmbeddingTwins {
  private EmbeddingTwins() {}

  /** A backend that knows them all. */
  static FakeBackend backend() {
    return new FakeBackend()
        .withTwin("cosine-similarity", hp -> cosineSimilarity())
        .withTwin("cosent", EmbeddingTwins::cosent)
        .withTwin("multiple-negatives-ranking", EmbeddingTwins::negatives)
        .withTwin("triplet", EmbeddingTwins::triplet);
  }

  static LossFunction cosineSimilarity() {
    return (outputs, batch) -> {
      Cosines cosines = Cosines.of(outputs.get("pooled"));
      double[] wanted = batch.get("class_labels").toDoubles();
      double[] slopes = new double[wanted.length];
      double sum = 0;
      for (int i = 0; i < wanted.length; i++) {
        sum += Math.pow(cosines.values[i] - wanted[i], 2);
        slopes[i] = 2 * (cosines.values[i] - wanted[i]);
      }
      return cosines.loss(sum, slopes);
    };
  }

  static LossFunction cosent(Map<String, Double> hp) {
    double scale = hp.get("scale");
    return (outputs, batch) -> {
      Cosines cosines = Cosines.of(outputs.get("pooled"));
      double[] label = batch.get("class_labels").toDoubles();
      int n = label.length;
      double whole = 1;
      for (int i = 0; i < n; i++) {
        for (int j = 0; j < n; j++) {
          whole += label[i] < label[j] ? Math.exp(scale * cosines.ahead(i, j)) : 0;
        }
      }
      double[] slopes = new double[n];
      for (int i = 0; i < n; i++) {
        for (int j = 0; j < n; j++) {
          if (label[i] < label[j]) {
            double slope = n * scale * Math.exp(scale * cosines.ahead(i, j)) / whole;
            slopes[i] += slope;
            slopes[j] -= slope;
          }
        }
      }
      return cosines.loss(n * Math.log(whole), slopes);
    };
  }

  /** The test kit's twin, which pools itself, on sequences of one token each. */
  static LossFunction negatives(Map<String, Double> hp) {
    LossFunction twin = ExampleObjectives.inBatchNegatives(hp.get("scale")).function();
    return (outputs, batch) -> {
      Items items = batch.items();
      int sequences = items.sequences();
      Items single =
          new Items(items.ids(), items.sequencesPerItem(), Collections.nCopies(sequences, 1));
      NamedArray ids =
          NamedArray.builder(single)
              .put("input_ids", TensorData.ofLongs(new long[sequences], sequences))
              .build();
      NamedArray hidden =
          NamedArray.builder(single).put("hidden", FieldKind.TOKEN, outputs.get("pooled")).build();
      Loss loss = twin.compute(hidden, ids);
      TensorData gradient = loss.gradients().get("hidden");
      return new Loss(
          loss.sum(), loss.weight(), Map.of("pooled", gradient), Map.of("correct", 0.0));
    };
  }

  static LossFunction triplet(Map<String, Double> hp) {
    double margin = hp.get("margin");
    return (outputs, batch) -> {
      TensorData pooled = outputs.get("pooled");
      double[] x = pooled.toDoubles();
      int width = (int) pooled.shape().dim(1);
      double[] gradient = new double[x.length];
      double sum = 0;
      double correct = 0;
      for (int a = 0; a < x.length; a += 3 * width) {
        double near = distance(x, a, a + width, width);
        double far = distance(x, a, a + 2 * width, width);
        sum += Math.max(0, near - far + margin);
        correct += near < far ? 1 : 0;
        for (int i = 0; near - far + margin > 0 && i < width; i++) {
          double byNear = (x[a + i] - x[a + width + i]) / near;
          double byFar = (x[a + i] - x[a + 2 * width + i]) / far;
          gradient[a + i] = byNear - byFar;
          gradient[a + width + i] = -byNear;
          gradient[a + 2 * width + i] = byFar;
        }
      }
      TensorData rows = Golden.floats(gradient, width);
      double items = x.length / (3.0 * width);
      return new Loss(sum, items, Map.of("pooled", rows), Map.of("correct", correct));
    };
  }

  private static double distance(double[] x, int first, int second, int width) {
    double sum = 0;
    for (int i = 0; i < width; i++) {
      sum += Math.pow(x[first + i] - x[second + i], 2);
    }
    return Math.sqrt(sum);
  }

  /** The cosines of pairs of rows, and the way back. */
  private record Cosines(double[] x, int width, double[] values) {
    static Cosines of(TensorData pooled) {
      double[] x = pooled.toDoubles();
      int width = (int) pooled.shape().dim(1);
      double[] values = new double[x.length / width / 2];
      for (int i = 0; i < values.length; i++) {
        int u = 2 * i * width;
        values[i] = dot(x, u, u + width, width) / norm(x, u, width) / norm(x, u + width, width);
      }
      return new Cosines(x, width, values);
    }

    double ahead(int i, int j) {
      return values[i] - values[j];
    }

    private static double dot(double[] x, int first, int second, int width) {
      double sum = 0;
      for (int i = 0; i < width; i++) {
        sum += x[first + i] * x[second + i];
      }
      return sum;
    }

    private static double norm(double[] x, int row, int width) {
      return Math.sqrt(dot(x, row, row, width));
    }

    /** d cos / du = (v / |v| - cos u / |u|) / |u|. */
    Loss loss(double sum, double[] slopes) {
      double[] gradient = new double[x.length];
      for (int i = 0; i < slopes.length; i++) {
        for (int side = 0; side < 2; side++) {
          int own = (2 * i + side) * width;
          int other = (2 * i + 1 - side) * width;
          double length = norm(x, own, width);
          double otherLength = norm(x, other, width);
          for (int k = 0; k < width; k++) {
            double along = values[i] * x[own + k] / length;
            gradient[own + k] = slopes[i] * (x[other + k] / otherLength - along) / length;
          }
        }
      }
      return new Loss(
          sum,
          slopes.length,
          Map.of("pooled", Golden.floats(gradient, width)),
          Map.of("cosine", Arrays.stream(values).sum()));
    }
  }
}
