package dev.tenon.cli.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.tensor.TensorData;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Top-p over more tokens than the driver sorts at first, against transformers' rule in plain Java.
 */
class NucleusTest {
  private static final int COLUMNS = 3000;

  /** The scale of the logits: sharp rows, rows that need all tokens, and both at once. */
  @ParameterizedTest
  @ValueSource(doubles = {4, 0.01, 1})
  void dropsWhatTransformersDrops(double scale) {
    double[] topP = {0.9, 0.5, 1, 0, 0.999, 0.7};
    float[] logits = logits(topP.length, scale);
    TensorData left =
        ChoiceScript.call(
            "filtered",
            TensorData.ofFloats(logits, topP.length, COLUMNS),
            Map.of("top_p", TensorData.ofDoubles(topP, topP.length)));
    for (int row = 0; row < topP.length; row++) {
      int first = row * COLUMNS;
      float[] x = Arrays.copyOfRange(logits, first, first + COLUMNS);
      boolean[] dropped = dropped(x, topP[row]);
      for (int v = 0; v < COLUMNS; v++) {
        double expected = dropped[v] ? Double.NEGATIVE_INFINITY : x[v];
        assertThat(left.getDouble(first + v)).as("row %s token %s", row, v).isEqualTo(expected);
      }
    }
  }

  /** Random rows; every third logit is rounded, so that many are equal. */
  private static float[] logits(int rows, double scale) {
    Random random = new Random(3);
    float[] logits = new float[rows * COLUMNS];
    for (int i = 0; i < logits.length; i++) {
      double x = random.nextGaussian();
      logits[i] = (float) (scale * (i % 3 == 0 ? Math.round(4 * x) / 4.0 : x));
    }
    return logits;
  }

  /** Rising stable order; drops while the sum is at most 1 - p, never the last. */
  private static boolean[] dropped(float[] x, double p) {
    Integer[] rising = IntStream.range(0, x.length).boxed().toArray(Integer[]::new);
    Arrays.sort(rising, Comparator.comparingDouble(v -> x[v]));
    double max = x[rising[x.length - 1]];
    double total = IntStream.range(0, x.length).mapToDouble(v -> Math.exp(x[v] - max)).sum();
    boolean[] dropped = new boolean[x.length];
    double sum = 0;
    for (int i = 0; i < x.length - 1 && p < 1; i++) {
      sum += Math.exp(x[rising[i]] - max) / total;
      dropped[rising[i]] = sum <= 1 - p;
    }
    return dropped;
  }
}
