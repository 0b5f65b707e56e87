package dev.tenon.samples.quickstart;

import dev.tenon.tensor.NamedArray;

/**
 * The model to beat: a byte depends on the byte before it, p(b | a) = (count(ab) + 1) / (count(a) +
 * 256), which is add-one smoothing. An answer's first byte follows the prompt's last one.
 */
final class ByteBigram {
  private final long[][] pairs = new long[AnswerBytes.BYTES][AnswerBytes.BYTES];
  private final long[] firsts = new long[AnswerBytes.BYTES];

  /** Counts the answer bytes of batches from {@link AnswerBytes#of}. */
  ByteBigram(Iterable<NamedArray> batches) {
    for (NamedArray batch : batches) {
      forEach(batch, this::count);
    }
  }

  /** The mean of −log p over the answer bytes of batches from {@link AnswerBytes#of}, in nats. */
  double loss(Iterable<NamedArray> batches) {
    double[] sum = {0};
    long[] bytes = {0};
    for (NamedArray batch : batches) {
      forEach(
          batch,
          (a, b) -> {
            sum[0] -= Math.log((pairs[a][b] + 1.0) / (firsts[a] + AnswerBytes.BYTES));
            bytes[0]++;
          });
    }
    return sum[0] / bytes[0];
  }

  private void count(int a, int b) {
    pairs[a][b]++;
    firsts[a]++;
  }

  private static void forEach(NamedArray batch, Pair pair) {
    long[] ids = batch.get("input_ids").toLongs(); // [N]
    boolean[] mask = batch.get("loss_mask").toBooleans(); // [N]
    for (int t = 1; t < ids.length; t++) {
      if (mask[t]) {
        pair.accept((int) ids[t - 1], (int) ids[t]);
      }
    }
  }

  private interface Pair {
    void accept(int a, int b);
  }
}
