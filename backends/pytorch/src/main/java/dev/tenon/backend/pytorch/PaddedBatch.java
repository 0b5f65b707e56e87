package dev.tenon.backend.pytorch;

import dev.tenon.tensor.DType;
import dev.tenon.tensor.NamedArray;
import dev.tenon.tensor.TensorData;
import java.util.Arrays;
import java.util.List;
import java.util.stream.LongStream;

/**
 * A packed micro-batch as the rows and columns that a program reads, one row per sequence,
 * right-padded with 0; and the way back from rows to packed entries. B rows, T columns, N tokens, S
 * sequences.
 */
final class PaddedBatch {
  private final List<Integer> lengths;
  private final int columns;
  private final long[] ids; // [N]
  private final boolean[] outputMask; // [N], empty: everything

  /** Lays out a batch that {@link dev.tenon.model.Network#check} accepts. */
  PaddedBatch(NamedArray batch) {
    lengths = batch.items().lengths();
    columns = lengths.stream().mapToInt(Integer::intValue).max().orElse(0);
    ids = batch.get("input_ids").toLongs();
    outputMask = batch.find("output_mask").map(TensorData::toBooleans).orElse(new boolean[0]);
  }

  /** {@code input_ids} I64 [B, T]. */
  TensorData inputIds() {
    return pad(ids);
  }

  /** A packed field [N] as I64 [B, T], 0 where there is no token. */
  TensorData pad(long[] packed) {
    return fill(packed, false);
  }

  /** {@code position_ids} I64 [B, T]: 0, 1, … in every row. */
  TensorData positionIds() {
    return fill(ids, true);
  }

  private TensorData fill(long[] packed, boolean positions) {
    long[] padded = new long[Math.multiplyExact(lengths.size(), columns)];
    int at = 0;
    for (int row = 0; row < lengths.size(); row++) {
      for (int t = 0; t < lengths.get(row); t++) {
        padded[row * columns + t] = positions ? t : packed[at];
        at++;
      }
    }
    return TensorData.ofLongs(padded, lengths.size(), columns);
  }

  /** {@code attention_mask} BOOL [B, T]: true for real tokens. */
  TensorData attentionMask() {
    boolean[] mask = new boolean[Math.multiplyExact(lengths.size(), columns)];
    for (int row = 0; row < lengths.size(); row++) {
      Arrays.fill(mask, row * columns, row * columns + lengths.get(row), true);
    }
    return TensorData.ofBooleans(mask, lengths.size(), columns);
  }

  /** The same as I64 [B, T], 1 for real tokens. */
  TensorData realTokens() {
    return attentionMask().to(DType.I64);
  }

  /** Where each packed token lies: {@code row * T + column}, I64 [N]. */
  TensorData rows() {
    long[] rows = new long[ids.length];
    int at = 0;
    for (int row = 0; row < lengths.size(); row++) {
      for (int t = 0; t < lengths.get(row); t++) {
        rows[at++] = (long) row * columns + t;
      }
    }
    return TensorData.ofLongs(rows, at);
  }

  /** Where each sequence's first token lies, I64 [S]. */
  TensorData firstRows() {
    long[] rows = LongStream.range(0, lengths.size()).map(row -> row * columns).toArray();
    return TensorData.ofLongs(rows, rows.length);
  }

  /** Where each sequence's last token lies, I64 [S]. */
  TensorData lastRows() {
    long[] rows = new long[lengths.size()];
    for (int row = 0; row < rows.length; row++) {
      rows[row] = (long) row * columns + lengths.get(row) - 1;
    }
    return TensorData.ofLongs(rows, rows.length);
  }

  /** The next-token entries whose target is inside {@code output_mask}; the others cost nothing. */
  NextTokens nextTokens() {
    int size = ids.length - lengths.size();
    long[] rows = new long[size];
    long[] targets = new long[size];
    long[] entries = new long[size];
    int count = 0;
    int entry = 0;
    int token = 0;
    for (int row = 0; row < lengths.size(); row++) {
      for (int t = 0; t + 1 < lengths.get(row); t++, entry++, token++) {
        if (outputMask.length == 0 || outputMask[token + 1]) {
          rows[count] = (long) row * columns + t;
          targets[count] = ids[token + 1];
          entries[count++] = entry;
        }
      }
      token++;
    }
    return new NextTokens(trim(rows, count), trim(targets, count), trim(entries, count), size);
  }

  /**
   * The tokens that have a label and that {@code output_mask} wants; the others cost nothing.
   *
   * @param labels [N]
   */
  NextTokens labelled(long[] labels) {
    long[] rows = new long[ids.length];
    long[] targets = new long[ids.length];
    long[] entries = new long[ids.length];
    int count = 0;
    int token = 0;
    for (int row = 0; row < lengths.size(); row++) {
      for (int t = 0; t < lengths.get(row); t++, token++) {
        boolean wanted = outputMask.length == 0 || outputMask[token];
        if (wanted && BatchReading.learned(labels[token])) {
          rows[count] = (long) row * columns + t;
          targets[count] = labels[token];
          entries[count++] = token;
        }
      }
    }
    return new NextTokens(
        trim(rows, count), trim(targets, count), trim(entries, count), ids.length);
  }

  /** 0 to {@code count} - 1, I64. */
  static TensorData numbers(long count) {
    return TensorData.ofLongs(LongStream.range(0, count).toArray(), count);
  }

  private static TensorData trim(long[] values, int count) {
    return TensorData.ofLongs(Arrays.copyOf(values, count), count);
  }

  /**
   * Next-token entries to compute; of a masked-lm, entries of tokens.
   *
   * @param rows where the predicting token lies, I64 [n]
   * @param targets the token predicted, I64 [n]
   * @param entries the place among all entries, I64 [n]
   * @param size number of all entries
   */
  record NextTokens(TensorData rows, TensorData targets, TensorData entries, long size) {}
}
