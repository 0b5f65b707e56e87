package dev.tenon.cli.conformance;

import dev.tenon.error.InvalidInputException;
import dev.tenon.tensor.Items;
import dev.tenon.tensor.Shape;
import dev.tenon.tensor.TensorData;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The layout of right-padded rows [B, T] and of the same rows packed, N = sum of their lengths.
 *
 * @param columns T
 * @param lengths real tokens of each row, B of them, each in 1..T
 */
record Rows(int columns, List<Integer> lengths) {
  /** Copies and checks. */
  Rows {
    lengths = List.copyOf(lengths);
    for (int length : lengths) {
      if (length < 1 || length > columns) {
        throw new InvalidInputException(
            "row length: " + length + " (expected: 1 to " + columns + ")");
      }
    }
  }

  /** The layout that an attention mask (I64 [B, T]; ones, then zeros) describes. */
  static Rows of(TensorData attentionMask) {
    int columns = (int) attentionMask.shape().dim(1);
    List<Integer> lengths = new ArrayList<>();
    for (int row = 0; row < attentionMask.shape().dim(0); row++) {
      lengths.add(length(attentionMask, row, columns));
    }
    return new Rows(columns, lengths);
  }

  private static int length(TensorData mask, int row, int columns) {
    int length = 0;
    for (int t = 0; t < columns; t++) {
      long value = mask.getLong((long) row * columns + t);
      if (value != 0 && value != 1 || value == 1 && length != t) {
        throw new InvalidInputException(
            "attention_mask row "
                + row
                + ": "
                + value
                + " in column "
                + t
                + " (expected: ones, then zeros)");
      }
      length += (int) value;
    }
    return length;
  }

  /** One item per row. */
  Items items() {
    return Items.ofLengths(lengths.stream().mapToInt(x -> x).toArray());
  }

  /** [B, T] integers to packed [N]. */
  TensorData pack(TensorData padded) {
    long[] all = padded.toLongs();
    long[] packed = new long[tokens()];
    int at = 0;
    for (int row = 0; row < lengths.size(); row++) {
      System.arraycopy(all, row * columns, packed, at, lengths.get(row));
      at += lengths.get(row);
    }
    return TensorData.ofLongs(packed, packed.length);
  }

  /** Packed [N, ...] to [B, T, ...], zeros at padding. */
  TensorData unpack(TensorData packed) {
    return unpack(packed, 0);
  }

  /** Packed [N - B] to [B, T - 1], zeros at padding. */
  TensorData unpackNextTokens(TensorData packed) {
    return unpack(packed, 1);
  }

  /** Packed [N, K, ...] to [K, B, T, ...], zeros at padding. */
  TensorData unpackLayers(TensorData packed) {
    checkEntries(packed, tokens());
    int layers = (int) packed.shape().dim(1);
    int width = (int) (packed.size() / packed.shape().dim(0) / layers);
    float[] from = packed.toFloats();
    float[] to = new float[layers * lengths.size() * columns * width];
    int at = 0;
    for (int row = 0; row < lengths.size(); row++) {
      for (int t = 0; t < lengths.get(row); t++, at++) {
        for (int k = 0; k < layers; k++) {
          int target = ((k * lengths.size() + row) * columns + t) * width;
          System.arraycopy(from, (at * layers + k) * width, to, target, width);
        }
      }
    }
    long[] tail = Arrays.copyOfRange(packed.shape().toArray(), 2, packed.shape().rank());
    return TensorData.ofFloats(to, concat(new long[] {layers, lengths.size(), columns}, tail));
  }

  /** {@code less} entries fewer per row than tokens. */
  private TensorData unpack(TensorData packed, int less) {
    checkEntries(packed, tokens() - less * lengths.size());
    Shape shape = packed.shape();
    int width = (int) (packed.size() / Math.max(1, shape.dim(0)));
    float[] from = packed.toFloats();
    float[] to = new float[lengths.size() * (columns - less) * width];
    int at = 0;
    for (int row = 0; row < lengths.size(); row++) {
      int entries = lengths.get(row) - less;
      System.arraycopy(from, at * width, to, row * (columns - less) * width, entries * width);
      at += entries;
    }
    long[] tail = Arrays.copyOfRange(shape.toArray(), 1, shape.rank());
    return TensorData.ofFloats(to, concat(new long[] {lengths.size(), columns - less}, tail));
  }

  private int tokens() {
    return lengths.stream().mapToInt(x -> x).sum();
  }

  private static void checkEntries(TensorData packed, int expected) {
    if (packed.shape().dim(0) != expected) {
      throw new InvalidInputException(
          "packed entries: " + packed.shape().dim(0) + " (expected: " + expected + ")");
    }
  }

  private static long[] concat(long[] head, long[] tail) {
    long[] all = Arrays.copyOf(head, head.length + tail.length);
    System.arraycopy(tail, 0, all, head.length, tail.length);
    return all;
  }
}
