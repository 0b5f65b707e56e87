package dev.tenon.benchmarks;

import dev.tenon.tensor.Items;
import dev.tenon.tensor.NamedArray;
import dev.tenon.tensor.TensorData;
import java.util.Arrays;
import java.util.Random;

/** Batches of random tokens, all rows of one length. */
final class RandomBatches {
  private RandomBatches() {}

  /** {@code input_ids}, and every token but the first of a row is learned. */
  static NamedArray batch(long seed, int rows, int tokens, int vocabSize) {
    int[] lengths = new int[rows];
    Arrays.fill(lengths, tokens);
    boolean[] learned = new boolean[rows * tokens];
    Arrays.fill(learned, true);
    long[] ids = new Random(seed).longs(learned.length, 0, vocabSize).toArray();
    return NamedArray.builder(Items.ofLengths(lengths))
        .put("input_ids", TensorData.ofLongs(ids, ids.length))
        .put("loss_mask", TensorData.ofBooleans(learned, ids.length))
        .build();
  }

  /** {@code input_ids} alone: bytes, which every vocabulary has. */
  static NamedArray prompts(int rows, int tokens) {
    return batch(1, rows, tokens, 256).without("loss_mask");
  }
}
