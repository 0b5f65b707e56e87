package dev.tenon.nn.internal.pass;

import dev.tenon.tensor.DType;
import dev.tenon.tensor.NamedArray;
import dev.tenon.tensor.TensorData;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.function.IntToLongFunction;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/**
 * A micro-batch as the rows and columns that a program reads, and the way back from those to packed
 * entries. Either one row per sequence, right-padded with 0, or one row of all tokens, [1, N]. B
 * rows, T columns, N tokens, S sequences.
 */
public final class PaddedBatch {
  private final List<Integer> lengths;
  private final int columns;
  private final int[] starts; // [S], where each sequence's first token lies
  private final boolean together;
  private final long[] ids; // [N]
  private final boolean[] outputMask; // [N], empty: everything

  /**
   * Lays out a batch that {@link dev.tenon.model.Network#check} accepts.
   *
   * @param packed whether sequences of different lengths lie in one row
   */
  public PaddedBatch(NamedArray batch, boolean packed) {
    lengths = batch.items().lengths();
    columns = lengths.stream().mapToInt(Integer::intValue).max().orElse(0);
    together = packed && lengths.stream().anyMatch(length -> length != columns);
    starts = new int[lengths.size()];
    for (int row = 1; row < starts.length; row++) {
      starts[row] = starts[row - 1] + (together ? lengths.get(row - 1) : columns);
    }
    ids = batch.get("input_ids").toLongs();
    outputMask = batch.find("output_mask").map(TensorData::toBooleans).orElse(new boolean[0]);
  }

  /** Whether all tokens lie in one row. */
  public boolean together() {
    return together;
  }

  /** {@code input_ids} I64 [B, T] or [1, N]. */
  public TensorData inputIds() {
    return pad(ids);
  }

  /** A packed field [N] as I64 [B, T], 0 where there is no token, or [1, N]. */
  public TensorData pad(long[] packed) {
    return together ? TensorData.ofLongs(packed, 1, packed.length) : fill(packed);
  }

  /** {@code position_ids} I64 [B, T] or [1, N]: 0, 1, … in every sequence. */
  public TensorData positionIds() {
    long[] positions = new long[ids.length];
    int at = 0;
    for (int length : lengths) {
      for (int t = 0; t < length; t++) {
        positions[at++] = t;
      }
    }
    return pad(positions);
  }

  private TensorData fill(long[] packed) {
    long[] padded = new long[Math.multiplyExact(lengths.size(), columns)];
    int at = 0;
    for (int row = 0; row < lengths.size(); row++) {
      System.arraycopy(packed, at, padded, row * columns, lengths.get(row));
      at += lengths.get(row);
    }
    return TensorData.ofLongs(padded, lengths.size(), columns);
  }

  /** {@code token_at} I64 [B, T]: the token of each place, in padding the last of its row. */
  public TensorData tokenAt() {
    long[] tokens = new long[Math.multiplyExact(lengths.size(), columns)];
    for (int row = 0; row < lengths.size(); row++) {
      for (int t = 0; t < columns; t++) {
        tokens[row * columns + t] = (long) starts[row] + Math.min(t, lengths.get(row) - 1);
      }
    }
    return TensorData.ofLongs(tokens, lengths.size(), columns);
  }

  /** {@code place_of} I64 [N]: where each token lies in rows of T columns. */
  public TensorData placeOf() {
    return places((row, t) -> (long) row * columns + t);
  }

  /** {@code attention_mask} BOOL [B, T]: true for real tokens. */
  public TensorData attentionMask() {
    boolean[] mask = new boolean[Math.multiplyExact(lengths.size(), columns)];
    for (int row = 0; row < lengths.size(); row++) {
      Arrays.fill(mask, row * columns, row * columns + lengths.get(row), true);
    }
    return TensorData.ofBooleans(mask, lengths.size(), columns);
  }

  /** The same as I64 [B, T], 1 for real tokens. */
  public TensorData realTokens() {
    return attentionMask().to(DType.I64);
  }

  /** Where each packed token lies: {@code row * T + column}, I64 [N]; in one row 0, 1, … */
  public TensorData rows() {
    return places((row, t) -> (long) starts[row] + t);
  }

  private TensorData places(Place place) {
    long[] places = new long[ids.length];
    int at = 0;
    for (int row = 0; row < lengths.size(); row++) {
      for (int t = 0; t < lengths.get(row); t++) {
        places[at++] = place.of(row, t);
      }
    }
    return TensorData.ofLongs(places, at);
  }

  private interface Place {
    long of(int row, int column);
  }

  /** Where each sequence's first token lies, I64 [S]. */
  public TensorData firstRows() {
    return sequences(row -> starts[row]);
  }

  /**
   * Where each sequence's last token lies that is no padding, I64 [S]; the first one's place where
   * all are, as in transformers' modeling_layers.
   */
  public TensorData lastRows(OptionalInt padTokenId) {
    int[] last = new int[lengths.size()];
    int start = 0;
    for (int row = 0; row < last.length; row++) {
      int at = lengths.get(row) - 1;
      while (at > 0 && padTokenId.isPresent() && ids[start + at] == padTokenId.getAsInt()) {
        at--;
      }
      last[row] = at;
      start += lengths.get(row);
    }
    return sequences(row -> (long) starts[row] + last[row]);
  }

  private TensorData sequences(IntToLongFunction place) {
    return TensorData.ofLongs(
        IntStream.range(0, lengths.size()).mapToLong(place).toArray(), lengths.size());
  }

  /** The next-token entries whose target is inside {@code output_mask}; the others cost nothing. */
  public NextTokens nextTokens() {
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
          rows[count] = (long) starts[row] + t;
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
  public NextTokens labelled(long[] labels) {
    long[] rows = new long[ids.length];
    long[] targets = new long[ids.length];
    long[] entries = new long[ids.length];
    int count = 0;
    int token = 0;
    for (int row = 0; row < lengths.size(); row++) {
      for (int t = 0; t < lengths.get(row); t++, token++) {
        boolean wanted = outputMask.length == 0 || outputMask[token];
        if (wanted && BatchReading.learned(labels[token])) {
          rows[count] = (long) starts[row] + t;
          targets[count] = labels[token];
          entries[count++] = token;
        }
      }
    }
    return new NextTokens(
        trim(rows, count), trim(targets, count), trim(entries, count), ids.length);
  }

  /** 0 to {@code count} - 1, I64. */
  public static TensorData numbers(long count) {
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
  public record NextTokens(TensorData rows, TensorData targets, TensorData entries, long size) {}
}
