package dev.tenon.modelinterface.embedding;

import dev.tenon.modelinterface.internal.Correlation;
import dev.tenon.modelinterface.internal.Cosine;
import dev.tenon.tensor.NamedArray;
import dev.tenon.tensor.TensorData;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** How well cosines say which texts are alike, over batches. Not thread-safe. */
final class SimilarityReport {
  private final boolean scored;
  private final List<Double> cosines = new ArrayList<>();
  private final List<Double> scores = new ArrayList<>();
  private long items;
  private long right;

  SimilarityReport(boolean scored) {
    this.scored = scored;
  }

  /** Items so far. */
  long items() {
    return items;
  }

  /**
   * Adds a batch.
   *
   * @param pooled F32 [S, H]
   * @param batch items of equally many texts
   */
  void add(TensorData pooled, NamedArray batch) {
    double[] rows = pooled.toDoubles();
    int width = Math.toIntExact(pooled.shape().dim(1));
    int count = batch.items().count();
    int texts = batch.items().sequences() / count;
    for (int i = 0; i < count; i++) {
      int anchor = i * texts;
      double own = Cosine.ofRows(rows, width, anchor, anchor + 1);
      if (scored) {
        cosines.add(own);
        scores.add(batch.get("class_labels").getDouble(i));
      } else {
        IntStream rivals =
            texts > 2
                ? IntStream.range(anchor + 2, anchor + texts)
                : IntStream.range(0, count)
                    .filter(x -> x * texts != anchor)
                    .map(x -> x * texts + 1);
        right += rivals.allMatch(x -> own > Cosine.ofRows(rows, width, anchor, x)) ? 1 : 0;
      }
    }
    items += count;
  }

  /** The metrics so far. */
  Map<String, Double> metrics() {
    if (!scored) {
      return Map.of("accuracy", (double) right / items);
    }
    double[] x = cosines.stream().mapToDouble(Double::doubleValue).toArray();
    double[] y = scores.stream().mapToDouble(Double::doubleValue).toArray();
    Map<String, Double> metrics = new LinkedHashMap<>();
    metrics.put("pearson", Correlation.pearson(x, y));
    metrics.put("spearman", Correlation.spearman(x, y));
    return metrics;
  }
}
