package dev.tenon.tensor;

import java.util.List;

/** SKELETON: layout of packed items. */
public record Items(List<String> ids, List<Integer> sequencesPerItem, List<Integer> lengths) {
  /** One sequence per item, ids "0", "1", …. */
  public static Items ofLengths(int... lengths) { throw new UnsupportedOperationException(); }

  /** One sequence per item. */
  public static Items of(List<String> ids, List<Integer> lengths) { throw new UnsupportedOperationException(); }

  /** Number of items. */
  public int count() { throw new UnsupportedOperationException(); }

  /** Number of sequences. */
  public int sequences() { throw new UnsupportedOperationException(); }

  /** Σ L. */
  public long tokens() { throw new UnsupportedOperationException(); }

  /** Number of entries of a kind. */
  public long entries(FieldKind kind) { throw new UnsupportedOperationException(); }

  /** Tokens of item i. */
  public long tokens(int item) { throw new UnsupportedOperationException(); }
}
