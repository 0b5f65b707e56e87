package dev.tenon.tensor;

import java.util.Arrays;
import java.util.stream.Collectors;
import java.util.stream.LongStream;

/** An immutable sequence of token ids. */
public final class TokenIds {
  private static final TokenIds EMPTY = new TokenIds(new long[0]);
  private final long[] ids;

  private TokenIds(long[] ids) {
    this.ids = ids;
  }

  /** A sequence from its ids, which are copied. */
  public static TokenIds of(long... ids) {
    return ids.length == 0 ? EMPTY : new TokenIds(ids.clone());
  }

  /** Number of tokens. */
  public int size() {
    return ids.length;
  }

  /** True when there is no token. */
  public boolean isEmpty() {
    return ids.length == 0;
  }

  /** The id at a position, from 0. */
  public long get(int position) {
    return ids[position];
  }

  /** This sequence followed by another one. */
  public TokenIds concat(TokenIds tail) {
    long[] all = Arrays.copyOf(ids, ids.length + tail.ids.length);
    System.arraycopy(tail.ids, 0, all, ids.length, tail.ids.length);
    return new TokenIds(all);
  }

  /** The ids from a position (inclusive) to another one (exclusive). */
  public TokenIds slice(int from, int to) {
    return of(Arrays.copyOfRange(ids, from, to));
  }

  /** True when the sequence holds the id. */
  public boolean contains(long id) {
    return stream().anyMatch(x -> x == id);
  }

  /** The ids as a stream. */
  public LongStream stream() {
    return Arrays.stream(ids);
  }

  /** The ids as a new array. */
  public long[] toArray() {
    return ids.clone();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof TokenIds that && Arrays.equals(ids, that.ids);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(ids);
  }

  /** For example {@code [1, 317, 259]}. */
  @Override
  public String toString() {
    return stream().mapToObj(Long::toString).collect(Collectors.joining(", ", "[", "]"));
  }
}
