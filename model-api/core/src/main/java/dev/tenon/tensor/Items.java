package dev.tenon.tensor;

import dev.tenon.error.InvalidInputException;
import dev.tenon.internal.Problems;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * The layout of a packed batch. An item has a unique id and one or more sequences (a pair: chosen,
 * rejected, in this order; a group: all its answers); a sequence has a length ≥ 1 in tokens, which
 * all fields share. Immutable and safe for threads; item and sequence numbers count from 0 and a
 * wrong one is an {@link InvalidInputException}.
 */
public final class Items {
  private final List<String> ids;
  private final List<Integer> sequencesPerItem;
  private final List<Integer> lengths;
  private final int[] sequenceStart; // [items + 1]
  private final long[] tokenStart; // [sequences + 1]

  /**
   * Checks the layout and reports all problems together.
   *
   * @param ids one per item, unique, not blank
   * @param sequencesPerItem one per item, each ≥ 1
   * @param lengths one per sequence in tokens, each ≥ 1, item after item
   */
  public Items(List<String> ids, List<Integer> sequencesPerItem, List<Integer> lengths) {
    this.ids = List.copyOf(ids);
    this.sequencesPerItem = List.copyOf(sequencesPerItem);
    this.lengths = List.copyOf(lengths);
    check();
    sequenceStart = new int[ids.size() + 1];
    for (int i = 0; i < ids.size(); i++) {
      sequenceStart[i + 1] = sequenceStart[i] + sequencesPerItem.get(i);
    }
    tokenStart = new long[lengths.size() + 1];
    for (int s = 0; s < lengths.size(); s++) {
      tokenStart[s + 1] = tokenStart[s] + lengths.get(s);
    }
  }

  private void check() {
    Problems problems = new Problems();
    Set<String> seen = new HashSet<>();
    for (String id : ids) {
      problems.check(!id.isBlank(), "item id", "\"" + id + "\"", "not blank");
      problems.check(seen.add(id), "item id", id, "unique");
    }
    problems.check(
        sequencesPerItem.size() == ids.size(),
        "sequences per item",
        sequencesPerItem.size() + " entries",
        ids.size() + ", one per item");
    atLeastOne(problems, "sequences of item ", sequencesPerItem);
    atLeastOne(problems, "length of sequence ", lengths);
    long sequences = sequencesPerItem.stream().mapToLong(x -> x).sum();
    problems.check(
        lengths.size() == sequences,
        "lengths",
        lengths.size() + " entries",
        sequences + ", one per sequence");
    problems.throwIfAny(InvalidInputException::new);
  }

  private static void atLeastOne(Problems problems, String what, List<Integer> values) {
    for (int i = 0; i < values.size(); i++) {
      problems.check(values.get(i) >= 1, what + i, values.get(i), "≥ 1");
    }
  }

  /** One sequence per item, ids {@code "0"}, {@code "1"}, …. */
  public static Items ofLengths(int... lengths) {
    List<String> ids = IntStream.range(0, lengths.length).mapToObj(String::valueOf).toList();
    return of(ids, IntStream.of(lengths).boxed().toList());
  }

  /** One sequence per item. */
  public static Items of(List<String> ids, List<Integer> lengths) {
    return new Items(ids, Collections.nCopies(ids.size(), 1), lengths);
  }

  /** One id per item. */
  public List<String> ids() {
    return ids;
  }

  /** Number of sequences of each item. */
  public List<Integer> sequencesPerItem() {
    return sequencesPerItem;
  }

  /** Tokens of each sequence, item after item. */
  public List<Integer> lengths() {
    return lengths;
  }

  /** Number of items. */
  public int count() {
    return ids.size();
  }

  /** Number of sequences. */
  public int sequences() {
    return lengths.size();
  }

  /** Number of tokens: Σ L. */
  public long tokens() {
    return tokenStart[lengths.size()];
  }

  /** Number of tokens of one item. */
  public long tokens(int item) {
    return end(FieldKind.TOKEN, item) - start(FieldKind.TOKEN, item);
  }

  /** Number of entries of a kind. */
  public long entries(FieldKind kind) {
    return startOf(kind, count());
  }

  /** The first entry of an item among the entries of a kind. */
  public long start(FieldKind kind, int item) {
    return startOf(kind, checked(item));
  }

  /** One past the last entry of an item among the entries of a kind. */
  public long end(FieldKind kind, int item) {
    return startOf(kind, checked(item) + 1);
  }

  private long startOf(FieldKind kind, int item) {
    int sequence = sequenceStart[item];
    return switch (kind) {
      case TOKEN -> tokenStart[sequence];
      case NEXT_TOKEN -> tokenStart[sequence] - sequence;
      case SEQUENCE -> sequence;
      case ITEM -> item;
    };
  }

  /** The first sequence of an item. */
  public int firstSequence(int item) {
    return sequenceStart[checked(item)];
  }

  /**
   * The first token of a sequence among all tokens; its first next-token entry is this less {@code
   * sequence}.
   */
  public long firstToken(int sequence) {
    if (sequence < 0 || sequence >= lengths.size()) {
      throw new InvalidInputException(
          Problems.problem("sequence", sequence, "0 ≤ sequence < " + lengths.size()));
    }
    return tokenStart[sequence];
  }

  /** Tokens of the longest sequence of an item. */
  public int longest(int item) {
    return Collections.max(lengths.subList(sequenceStart[checked(item)], sequenceStart[item + 1]));
  }

  /** The numbers of items by id, in the given order; an unknown id is an error. */
  public List<Integer> indexesOf(List<String> wanted) {
    Map<String, Integer> index = new HashMap<>();
    for (int i = 0; i < ids.size(); i++) {
      index.put(ids.get(i), i);
    }
    List<Integer> found = new ArrayList<>();
    for (String id : wanted) {
      Integer i = index.get(id);
      if (i == null) {
        throw new InvalidInputException(
            Problems.problem("item id", id, "one of this batch: " + this));
      }
      found.add(i);
    }
    return found;
  }

  /**
   * The items of the given numbers, in the given order; a repeated one is an error, for ids are
   * unique.
   */
  public Items select(List<Integer> items) {
    List<String> newIds = new ArrayList<>();
    List<Integer> newSequences = new ArrayList<>();
    List<Integer> newLengths = new ArrayList<>();
    for (int item : items) {
      newIds.add(ids.get(checked(item)));
      newSequences.add(sequencesPerItem.get(item));
      newLengths.addAll(lengths.subList(sequenceStart[item], sequenceStart[item + 1]));
    }
    return new Items(newIds, newSequences, newLengths);
  }

  /** The items of all parts, one part after the other; an id in two parts is an error. */
  public static Items concat(List<Items> parts) {
    return new Items(
        parts.stream().flatMap(x -> x.ids.stream()).toList(),
        parts.stream().flatMap(x -> x.sequencesPerItem.stream()).toList(),
        parts.stream().flatMap(x -> x.lengths.stream()).toList());
  }

  /**
   * Item numbers in {@code parts} groups of close token counts, O(n log n): the longest item left
   * goes to the lightest group (Graham, "Bounds on multiprocessing timing anomalies", 1969: the
   * heaviest group is at most 4/3 of the best possible). Groups and their order depend on ids and
   * lengths only, not on the order of the items.
   *
   * @param parts 1 to {@link #count()}; no group is empty
   */
  public List<List<Integer>> balanced(int parts) {
    return Grouping.balanced(this, parts);
  }

  /**
   * Item numbers in groups that, padded to their longest sequence, stay within a budget: sequences
   * × longest ≤ {@code budget}. Items are taken by falling length of their longest sequence, so
   * that little is padding; an item over the budget is a group of its own. O(n log n); depends on
   * ids and lengths only, not on the order of the items.
   *
   * @param budget tokens, padding included; ≥ 1
   */
  public List<List<Integer>> withinPadded(long budget) {
    return Grouping.withinPadded(this, budget);
  }

  private int checked(int item) {
    if (item < 0 || item >= ids.size()) {
      throw new InvalidInputException(Problems.problem("item", item, "0 ≤ item < " + ids.size()));
    }
    return item;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Items that
        && ids.equals(that.ids)
        && sequencesPerItem.equals(that.sequencesPerItem)
        && lengths.equals(that.lengths);
  }

  @Override
  public int hashCode() {
    return 31 * ids.hashCode() + lengths.hashCode();
  }

  /** Counts and the first ids, for example {@code 3 items (a, b, c), 4 sequences, 120 tokens}. */
  @Override
  public String toString() {
    List<String> first = ids.subList(0, Math.min(8, ids.size()));
    String shown = String.join(", ", first) + (first.size() < ids.size() ? ", …" : "");
    return count()
        + " items ("
        + shown
        + "), "
        + sequences()
        + " sequences, "
        + tokens()
        + " tokens";
  }
}
