package dev.tenon.modelinterface.data;

import static dev.tenon.modelinterface.data.BatchSize.items;
import static dev.tenon.modelinterface.data.BatchSize.tokens;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenon.backend.testkit.ByteTokenizer;
import dev.tenon.error.InvalidInputException;
import dev.tenon.model.ModelVersion;
import dev.tenon.tensor.Items;
import dev.tenon.tensor.NamedArray;
import dev.tenon.tensor.TensorData;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class BatchesTest {
  /** Item i has i mod 9 + 2 tokens. */
  private static Dataset data(int count) {
    return Prompts.of(
        IntStream.range(0, count).mapToObj(i -> "x".repeat(i % 9 + 1)).toList(),
        new ByteTokenizer());
  }

  private static List<List<String>> ids(Iterable<NamedArray> batches) {
    List<List<String>> ids = new ArrayList<>();
    batches.forEach(x -> ids.add(x.items().ids()));
    return ids;
  }

  private static List<String> flat(List<List<String>> ids) {
    return ids.stream().flatMap(List::stream).toList();
  }

  @Test
  void batchesFillUpToTheTokenBudgetInOrder() {
    Batches batches = data(6).batches(tokens(9)); // 2 3 4 5 6 7

    assertThat(ids(batches))
        .containsExactly(List.of("1", "2", "3"), List.of("4"), List.of("5"), List.of("6"));
    assertThat(batches.size()).isEqualTo(4);
  }

  @Test
  void anItemOverTheBudgetIsABatchOfItsOwn() {
    assertThat(ids(data(4).batches(tokens(3))))
        .containsExactly(List.of("1"), List.of("2"), List.of("3"), List.of("4"));
  }

  @Test
  void aNumberOfItemsFillsBatchesWhateverTheirLength() {
    assertThat(ids(data(5).batches(items(2))))
        .containsExactly(List.of("1", "2"), List.of("3", "4"), List.of("5"));
  }

  @Test
  void aBatchIsPacked() {
    NamedArray batch = data(3).batches(items(3)).iterator().next();

    assertThat(batch.items().lengths()).containsExactly(2, 3, 4);
    assertThat(batch.get("input_ids").size()).isEqualTo(9);
  }

  @Test
  void everyEpochHasEveryItemOnceInAnOrderOfItsOwn() {
    Batches batches = data(100).batches(tokens(50), 7).epochs(3);
    List<String> all = flat(ids(batches));

    assertThat(all).hasSize(300);
    List<List<String>> epochs =
        List.of(all.subList(0, 100), all.subList(100, 200), all.subList(200, 300));
    assertThat(epochs)
        .allSatisfy(x -> assertThat(x).doesNotHaveDuplicates())
        .doesNotHaveDuplicates();
    assertThat(ids(batches)).hasSize((int) batches.size());
    assertThat(batches).allSatisfy(x -> assertThat(x.items().tokens()).isLessThanOrEqualTo(50));
  }

  @Test
  void theOrderIsAFunctionOfSeedAndEpoch() {
    Dataset data = data(40);

    assertThat(ids(data.batches(tokens(20), 7))).isEqualTo(ids(data.batches(tokens(20), 7)));
    assertThat(ids(data.batches(tokens(20), 7))).isNotEqualTo(ids(data.batches(tokens(20), 8)));
    List<List<String>> one = ids(data.batches(tokens(20), 7));
    List<List<String>> two = ids(data.batches(tokens(20), 7).epochs(2));
    assertThat(two.subList(0, one.size())).isEqualTo(one);
  }

  /** Computed by a second implementation, in Python; an order that changes breaks every resume. */
  @Test
  void theOrderStaysTheSameForEver() {
    assertThat(SeededOrder.of(10, 42, 0)).containsExactly(7, 2, 8, 3, 1, 5, 9, 4, 0, 6);
    assertThat(SeededOrder.of(10, 42, 1)).containsExactly(1, 6, 2, 5, 3, 9, 7, 0, 8, 4);
    assertThat(SeededOrder.of(10, -1, 5)).containsExactly(9, 0, 5, 1, 8, 2, 3, 4, 7, 6);
  }

  @Test
  void everyPlaceIsAboutEquallyLikely() {
    int[] firstOf = new int[5];
    for (int seed = 0; seed < 5000; seed++) {
      firstOf[SeededOrder.of(5, seed, 0)[0]]++;
    }
    assertThat(IntStream.of(firstOf).boxed())
        .allSatisfy(x -> assertThat(x).isBetween(880, 1120)); // 4 sigma
  }

  @Test
  void stepsTakeAsManyEpochsAsTheyNeed() {
    Batches epochs = data(5).batches(items(2), 3).epochs(3);
    Batches steps = data(5).batches(items(2), 3).steps(7);

    assertThat(steps.size()).isEqualTo(7);
    assertThat(ids(steps)).isEqualTo(ids(epochs).subList(0, 7));
  }

  @Test
  void batchesGoOnFromAnyStep() {
    for (Batches batches :
        List.of(
            data(30).batches(tokens(25), 3).epochs(3), data(30).batches(tokens(25), 3).steps(19))) {
      List<List<String>> all = ids(batches);
      BatchCursor cursor = batches.from(ModelVersion.start());
      for (int done = 0; done <= all.size(); done++) {
        BatchCursor resumed = batches.from(cursor.version());
        List<List<String>> rest = new ArrayList<>();
        resumed.forEachRemaining(x -> rest.add(x.items().ids()));
        assertThat(rest).isEqualTo(all.subList(done, all.size()));
        if (cursor.passEnded()) {
          assertThat(batches.from(cursor.version().nextEpoch()).hasNext())
              .isEqualTo(!rest.isEmpty());
        }
        if (cursor.hasNext()) {
          cursor.next();
        }
      }
      assertThat(cursor.version().globalStep()).isEqualTo(all.size());
    }
  }

  @Test
  void aPlaceThatTheseBatchesCannotHaveLedToIsRefused() {
    Batches batches = data(5).batches(items(2), 3).epochs(3);

    assertThatThrownBy(() -> batches.from(new ModelVersion(1, 1, 3)))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageStartingWith("steps done: ");
    assertThatThrownBy(() -> batches.from(new ModelVersion(0, 4, 4)))
        .isInstanceOf(InvalidInputException.class);
  }

  @Test
  void anEndedIteratorSaysSo() {
    Iterator<NamedArray> batches = data(1).batches(items(2)).iterator();
    batches.next();

    assertThat(batches.hasNext()).isFalse();
    assertThatThrownBy(batches::next).isInstanceOf(NoSuchElementException.class);
  }

  @Test
  void emptyDatasetsAndLimitsOfZeroAreRefused() {
    Dataset data = data(3);

    assertThatThrownBy(() -> tokens(0)).isInstanceOf(InvalidInputException.class);
    assertThatThrownBy(() -> data.batches(items(1)).epochs(0))
        .isInstanceOf(InvalidInputException.class);
    assertThatThrownBy(() -> data.slice(1, 1).batches(items(1)))
        .isInstanceOf(InvalidInputException.class);
    assertThatThrownBy(() -> data.slice(1, 4)).isInstanceOf(InvalidInputException.class);
  }

  @Test
  void aSliceHoldsItemsOut() {
    Dataset data = data(5);

    assertThat(ids(data.slice(3, 5).batches(items(5)))).containsExactly(List.of("4", "5"));
    assertThat(ids(data.slice(0, 3).batches(items(5)))).containsExactly(List.of("1", "2", "3"));
  }

  @Test
  void itemsInMemoryMayHaveSeveralSequences() {
    NamedArray pair =
        NamedArray.builder(new Items(List.of("p"), List.of(2), List.of(1, 2)))
            .put("input_ids", TensorData.ofLongs(new long[] {1, 2, 3}, 3))
            .build();
    Dataset data = Dataset.of(List.of(pair));

    assertThat(data.tokens(0)).isEqualTo(3);
    assertThat(data.batches(tokens(9)).iterator().next()).isEqualTo(pair);
  }

  @Test
  void namesItsParameters() {
    assertThat(data(3).batches(tokens(9), 4).epochs(2))
        .hasToString("Batches(3 items, 9 tokens, seed 4, 2 epochs)");
    assertThat(data(3).batches(items(1)).steps(5))
        .hasToString("Batches(3 items, 1 items, in order, 5 steps)");
  }
}
