package dev.tenon.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenon.error.InvalidInputException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ItemsTest {
  private final Items pairs = new Items(List.of("a", "b"), List.of(2, 1), List.of(3, 1, 5));

  @Test
  void countsEntriesOfEachKind() {
    assertThat(pairs.entries(FieldKind.TOKEN)).isEqualTo(9);
    assertThat(pairs.entries(FieldKind.NEXT_TOKEN)).isEqualTo(6);
    assertThat(pairs.entries(FieldKind.SEQUENCE)).isEqualTo(3);
    assertThat(pairs.entries(FieldKind.ITEM)).isEqualTo(2);
    assertThat(pairs.tokens(0)).isEqualTo(4);
    assertThat(pairs.start(FieldKind.NEXT_TOKEN, 1)).isEqualTo(2);
    assertThat(pairs.end(FieldKind.NEXT_TOKEN, 1)).isEqualTo(6);
    assertThat(pairs.firstSequence(1)).isEqualTo(2);
    assertThat(pairs.firstToken(2)).isEqualTo(4);
    assertThat(pairs.longest(0)).isEqualTo(3);
    assertThat(pairs).hasToString("2 items (a, b), 3 sequences, 9 tokens");
  }

  @Test
  void reportsAllProblemsTogether() {
    assertThatThrownBy(() -> new Items(List.of("a", "a", " "), List.of(1, 0), List.of(0, 2, 3)))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("item id: a (expected: unique)")
        .hasMessageContaining("item id: \" \" (expected: not blank)")
        .hasMessageContaining("sequences of item 1: 0 (expected: ≥ 1)")
        .hasMessageContaining("length of sequence 0: 0 (expected: ≥ 1)")
        .hasMessageContaining("lengths: 3 entries (expected: 1, one per sequence)");
    assertThatThrownBy(() -> pairs.tokens(2)).hasMessage("item: 2 (expected: 0 ≤ item < 2)");
    assertThatThrownBy(() -> pairs.select(List.of(0, 0))).hasMessageContaining("unique");
    assertThatThrownBy(() -> pairs.indexesOf(List.of("z"))).hasMessageContaining("item id: z");
  }

  @Test
  void selectAndConcatKeepSequencesTogether() {
    Items swapped = pairs.select(List.of(1, 0));
    assertThat(swapped).isEqualTo(new Items(List.of("b", "a"), List.of(1, 2), List.of(5, 3, 1)));
    assertThat(Items.concat(List.of(pairs.select(List.of(0)), pairs.select(List.of(1)))))
        .isEqualTo(pairs);
    assertThat(swapped.indexesOf(pairs.ids())).containsExactly(1, 0);
  }

  @Test
  void balancedGroupsAreCloseAndIndependentOfOrder() {
    Random random = new Random(3);
    for (int round = 0; round < 200; round++) {
      Items items = random(random, 1 + random.nextInt(40));
      int parts = 1 + random.nextInt(items.count());
      List<List<Integer>> groups = items.balanced(parts);
      assertThat(groups).hasSize(parts).noneMatch(List::isEmpty);
      assertThat(groups.stream().flatMap(List::stream).sorted().toList())
          .isEqualTo(IntStream.range(0, items.count()).boxed().toList());
      long longest = IntStream.range(0, items.count()).mapToLong(items::tokens).max().orElseThrow();
      List<Long> sums =
          groups.stream().map(x -> x.stream().mapToLong(items::tokens).sum()).toList();
      assertThat(Collections.max(sums) - Collections.min(sums)).isLessThanOrEqualTo(longest);

      List<Integer> order = new ArrayList<>(IntStream.range(0, items.count()).boxed().toList());
      Collections.shuffle(order, random);
      Items shuffled = items.select(order);
      assertThat(ids(shuffled, shuffled.balanced(parts))).isEqualTo(ids(items, groups));
    }
    assertThatThrownBy(() -> pairs.balanced(3))
        .hasMessage("parts: 3 (expected: 1 to 2, the number of items)");
  }

  @Test
  void paddedGroupsStayWithinTheBudget() {
    Random random = new Random(4);
    for (int round = 0; round < 200; round++) {
      Items items = random(random, random.nextInt(40));
      long budget = 1L + random.nextInt(100);
      List<List<Integer>> groups = items.withinPadded(budget);
      assertThat(groups.stream().flatMap(List::stream).sorted().toList())
          .isEqualTo(IntStream.range(0, items.count()).boxed().toList());
      for (List<Integer> group : groups) {
        long rows = group.stream().mapToLong(x -> items.sequencesPerItem().get(x)).sum();
        long width = group.stream().mapToLong(items::longest).max().orElseThrow();
        assertThat(group.size() == 1 || rows * width <= budget).isTrue();
      }
    }
  }

  private static List<List<String>> ids(Items items, List<List<Integer>> groups) {
    return groups.stream().map(x -> x.stream().map(items.ids()::get).toList()).toList();
  }

  private static Items random(Random random, int count) {
    List<String> ids = IntStream.range(0, count).mapToObj(i -> "id" + i).toList();
    List<Integer> sequences = ids.stream().map(x -> 1 + random.nextInt(3)).toList();
    int total = sequences.stream().mapToInt(x -> x).sum();
    return new Items(ids, sequences, random.ints(total, 1, 20).boxed().toList());
  }
}
