package dev.tenon.tensor;

import dev.tenon.error.InvalidInputException;
import dev.tenon.internal.Problems;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.function.ToLongFunction;
import java.util.stream.IntStream;

/**
 * Cuts the items of a batch into groups; the rules are those of {@link Items#balanced} and {@link
 * Items#withinPadded}.
 */
final class Grouping {
  private Grouping() {}

  static List<List<Integer>> balanced(Items items, int parts) {
    if (parts < 1 || parts > items.count()) {
      throw new InvalidInputException(
          Problems.problem("parts", parts, "1 to " + items.count() + ", the number of items"));
    }
    List<Group> groups = new ArrayList<>();
    for (int i = 0; i < parts; i++) {
      groups.add(new Group(i));
    }
    PriorityQueue<Group> lightest =
        new PriorityQueue<>(
            Comparator.comparingLong((Group x) -> x.tokens).thenComparingInt(x -> x.number));
    lightest.addAll(groups);
    for (int item : byFalling(items, items::tokens)) {
      Group group = lightest.remove();
      group.items.add(item);
      group.tokens += items.tokens(item);
      lightest.add(group);
    }
    return groups.stream().map(x -> List.copyOf(x.items)).toList();
  }

  static List<List<Integer>> withinPadded(Items items, long budget) {
    if (budget < 1) {
      throw new InvalidInputException(Problems.problem("budget", budget, "≥ 1 tokens"));
    }
    List<List<Integer>> groups = new ArrayList<>();
    List<Integer> group = new ArrayList<>();
    long rows = 0;
    long width = 0;
    for (int item : byFalling(items, items::longest)) {
      int more = items.sequencesPerItem().get(item);
      if (!group.isEmpty() && (rows + more) * width > budget) {
        groups.add(List.copyOf(group));
        group.clear();
        rows = 0;
      }
      if (group.isEmpty()) {
        width = items.longest(item);
      }
      group.add(item);
      rows += more;
    }
    if (!group.isEmpty()) {
      groups.add(List.copyOf(group));
    }
    return List.copyOf(groups);
  }

  /** Ids break ties, so that the order in which items were finished changes nothing. */
  private static List<Integer> byFalling(Items items, ToLongFunction<Integer> size) {
    return IntStream.range(0, items.count())
        .boxed()
        .sorted(Comparator.comparingLong(size).reversed().thenComparing(x -> items.ids().get(x)))
        .toList();
  }

  private static final class Group {
    private final int number;
    private final List<Integer> items = new ArrayList<>();
    private long tokens;

    private Group(int number) {
      this.number = number;
    }
  }
}
