package dev.tenon.backend.testkit.objectives;

import dev.tenon.error.InvalidInputException;
import dev.tenon.internal.Problems;
import dev.tenon.objective.BatchIndexes;
import dev.tenon.tensor.Items;
import dev.tenon.tensor.NamedArray;
import dev.tenon.tensor.TensorData;
import java.util.Map;
import java.util.Objects;

/** What a twin reads of a batch, as arrays. N tokens, S sequences. */
final class TwinBatch {
  private final NamedArray batch;
  private final Map<String, TensorData> indexes;

  TwinBatch(NamedArray batch) {
    this.batch = batch;
    this.indexes = BatchIndexes.of(batch.items());
  }

  Items items() {
    return batch.items();
  }

  double[] doubles(String field) {
    return batch.get(field).toDoubles();
  }

  int[] index(String name) {
    long[] values = Objects.requireNonNull(indexes.get(name), name).toLongs();
    int[] index = new int[values.length];
    for (int i = 0; i < index.length; i++) {
      index[i] = Math.toIntExact(values[i]);
    }
    return index;
  }

  /** 1 where the target of a next-token entry lies in {@code loss_mask}, else 0 [N - S]. */
  double[] learned() {
    TensorData mask = batch.get("loss_mask");
    int[] targets = index("target_index");
    double[] learned = new double[targets.length];
    for (int i = 0; i < learned.length; i++) {
      learned[i] = mask.getBoolean(targets[i]) ? 1 : 0;
    }
    return learned;
  }

  /** The number of items, if each has two sequences. */
  int pairs() {
    if (items().sequencesPerItem().stream().anyMatch(x -> x != 2)) {
      throw new InvalidInputException(
          Problems.problem("sequences per item", items().sequencesPerItem(), "2 in each"));
    }
    return items().count();
  }

  /** A gradient as engines take it. */
  static TensorData gradient(double[] values, long... dims) {
    float[] floats = new float[values.length];
    for (int i = 0; i < floats.length; i++) {
      floats[i] = (float) values[i];
    }
    return TensorData.ofFloats(floats, dims);
  }

  static double hyperParameter(Map<String, Double> values, String name) {
    return Objects.requireNonNull(values.get(name), name);
  }

  static double sigmoid(double x) {
    return x >= 0 ? 1 / (1 + Math.exp(-x)) : Math.exp(x) / (1 + Math.exp(x));
  }

  /** {@code log(sigmoid(x))}, without overflow. */
  static double logSigmoid(double x) {
    return Math.min(0, x) - Math.log1p(Math.exp(-Math.abs(x)));
  }
}
