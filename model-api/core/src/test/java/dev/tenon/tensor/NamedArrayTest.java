package dev.tenon.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenon.error.InvalidInputException;
import dev.tenon.error.UnknownNameException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class NamedArrayTest {
  private final Items items = new Items(List.of("a", "b"), List.of(2, 1), List.of(2, 1, 3));
  private final NamedArray batch =
      NamedArray.builder(items)
          .put("input_ids", TensorData.ofLongs(new long[] {10, 11, 12, 13, 14, 15}, 6))
          .put("logprobs", TensorData.ofFloats(new float[] {1, 2, 3}, 3))
          .put("rewards", TensorData.ofFloats(new float[] {7, 8, 9}, 3))
          .put("weight", FieldKind.ITEM, TensorData.ofFloats(new float[] {4, 5}, 2))
          .metadata("source", "test")
          .build();

  @Test
  void standardFieldsKnowTheirKind() {
    assertThat(batch.kind("input_ids")).isEqualTo(FieldKind.TOKEN);
    assertThat(batch.kind("logprobs")).isEqualTo(FieldKind.NEXT_TOKEN);
    assertThat(batch.kind("rewards")).isEqualTo(FieldKind.SEQUENCE);
    TensorData perItem = TensorData.zeros(DType.I64, 2);
    TensorData perSequence = TensorData.zeros(DType.F32, 3, 4);
    assertThat(batch.with("class_labels", perItem).kind("class_labels")).isEqualTo(FieldKind.ITEM);
    assertThat(batch.with("class_labels", perSequence).kind("class_labels"))
        .isEqualTo(FieldKind.SEQUENCE);
  }

  @Test
  void showsEveryShape() {
    assertThat(batch)
        .hasToString(
            "NamedArray(2 items (a, b), 3 sequences, 6 tokens; input_ids: I64 [6] token; logprobs:"
                + " F32 [3] next-token; rewards: F32 [3] sequence; weight: F32 [2] item; metadata"
                + " {source=test})");
  }

  @Test
  void buildReportsAllProblemsTogether() {
    assertThatThrownBy(
            () ->
                NamedArray.builder(items)
                    .put("input_ids", TensorData.zeros(DType.I32, 5))
                    .put("mystery", TensorData.zeros(DType.F32, 6))
                    .put("rewards", FieldKind.TOKEN, TensorData.zeros(DType.F32, 6))
                    .put("logprobs", TensorData.zeros(DType.F32, 3, 2))
                    .put("x", FieldKind.ITEM, TensorData.zeros(DType.F32, 2))
                    .put("x", FieldKind.ITEM, TensorData.zeros(DType.F32, 2))
                    .put("x.y", FieldKind.ITEM, TensorData.zeros(DType.F32, 2))
                    .put(".", FieldKind.ITEM, TensorData.zeros(DType.F32))
                    .build())
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("field input_ids: I32 (expected: dtype I64)")
        .hasMessageContaining(
            "field input_ids: shape [5] (expected: 6 rows, one per token of 2 items")
        .hasMessageContaining(
            "field mystery: no kind (expected: a kind, for it is no standard field)")
        .hasMessageContaining("field rewards: kind token (expected: sequence)")
        .hasMessageContaining("field logprobs: shape [3, 2] (expected: one dimension)")
        .hasMessageContaining("field: x (expected: put once)")
        .hasMessageContaining("field x: also a group, of x.y (expected: one of both)")
        .hasMessageContaining("field name: \".\" (expected: words separated by dots)");
  }

  @Test
  void unknownNamesListTheKnownOnes() {
    assertThatThrownBy(() -> batch.get("inputids"))
        .isInstanceOf(UnknownNameException.class)
        .hasMessage(
            "field: inputids (expected: one of [input_ids, logprobs, rewards, weight]; did you mean"
                + " input_ids?)");
    assertThatThrownBy(() -> batch.without("nope")).isInstanceOf(UnknownNameException.class);
    assertThatThrownBy(() -> NamedArray.of(Map.of()).items())
        .hasMessage("array: NamedArray() (expected: items, from NamedArray.builder)");
    assertThat(batch.find("nope")).isEmpty();
  }

  @Test
  void itemsTakeAllTheirEntriesAlong() {
    NamedArray b = batch.item(1);
    assertThat(b.items().ids()).containsExactly("b");
    assertThat(b.get("input_ids").toLongs()).containsExactly(13, 14, 15);
    assertThat(b.get("logprobs").toFloats()).containsExactly(2, 3);
    assertThat(b.get("rewards").toFloats()).containsExactly(9);
    assertThat(b.get("weight").toFloats()).containsExactly(5);
    NamedArray swapped = batch.select(List.of(1, 0));
    assertThat(swapped.get("input_ids").toLongs()).containsExactly(13, 14, 15, 10, 11, 12);
    assertThat(swapped.get("logprobs").toFloats()).containsExactly(2, 3, 1);
    assertThat(swapped.select(swapped.items().indexesOf(items.ids()))).isEqualTo(batch);
    assertThat(batch.tokens(0)).isEqualTo(3);
    assertThat(batch.length()).isEqualTo(2);
    assertThatThrownBy(() -> batch.slice(1, 3))
        .hasMessage("range: 1 to 3 (expected: within 0 to 2)");
  }

  @Test
  void fieldsCanBeChangedWithoutChangingTheOriginal() {
    NamedArray changed =
        batch
            .rename("weight", "importance")
            .without("rewards")
            .withMetadata("k", "v")
            .withoutMetadata("source");
    assertThat(changed.names()).containsExactly("importance", "input_ids", "logprobs");
    assertThat(changed.kind("importance")).isEqualTo(FieldKind.ITEM);
    assertThat(changed.metadata()).containsExactly(Map.entry("k", "v"));
    assertThat(batch.names()).hasSize(4);
    assertThatThrownBy(() -> batch.rename("weight", "rewards")).hasMessageContaining("not taken");
    assertThatThrownBy(() -> batch.with("new", TensorData.zeros(DType.F32, 6)))
        .hasMessageContaining("no kind");
    assertThatThrownBy(() -> batch.map(x -> x.slice(0, 1)))
        .isInstanceOf(InvalidInputException.class);
    assertThat(batch.with("weight", TensorData.zeros(DType.F32, 2, 9)).kind("weight"))
        .isEqualTo(FieldKind.ITEM);
  }

  @Test
  void mergeUnitesFieldsOfTheSameItems() {
    NamedArray left = batch.without("rewards");
    NamedArray right = batch.without("logprobs");
    assertThat(left.merge(right)).isEqualTo(batch);
    NamedArray renamed =
        new NamedArray(
            java.util.Optional.of(new Items(List.of("a", "c"), List.of(2, 1), List.of(2, 1, 3))),
            right.flatten(),
            right.kinds(),
            Map.of("source", "other"));
    assertThatThrownBy(() -> left.merge(renamed.with("weight", TensorData.zeros(DType.F32, 2))))
        .hasMessageContaining("items: 2 items (a, c)")
        .hasMessageContaining("field weight")
        .hasMessageContaining("metadata source: other (expected: test");
    NamedArray longer =
        NamedArray.builder(new Items(List.of("a", "b"), List.of(2, 1), List.of(3, 1, 3))).build();
    assertThatThrownBy(() -> left.merge(longer)).hasMessageContaining("lengths [3, 1, 3]");
    assertThatThrownBy(() -> left.merge(NamedArray.of(Map.of())))
        .hasMessageContaining("items: none");
  }

  @Test
  void stackingItemsJoinsTheirSequences() {
    NamedArray chosen =
        NamedArray.builder(Items.of(List.of("p", "q"), List.of(2, 1)))
            .put("input_ids", TensorData.ofLongs(new long[] {1, 2, 3}, 3))
            .put("logprobs", TensorData.ofFloats(new float[] {0.1f}, 1))
            .put("weight", FieldKind.ITEM, TensorData.ofFloats(new float[] {1, 2}, 2))
            .build();
    NamedArray rejected =
        NamedArray.builder(Items.of(List.of("p", "q"), List.of(1, 2)))
            .put("input_ids", TensorData.ofLongs(new long[] {7, 8, 9}, 3))
            .put("logprobs", TensorData.ofFloats(new float[] {0.9f}, 1))
            .put("weight", FieldKind.ITEM, TensorData.ofFloats(new float[] {1, 2}, 2))
            .build();
    NamedArray pairs = NamedArray.stack(List.of(chosen, rejected));
    assertThat(pairs.items())
        .isEqualTo(new Items(List.of("p", "q"), List.of(2, 2), List.of(2, 1, 1, 2)));
    assertThat(pairs.get("input_ids").toLongs()).containsExactly(1, 2, 7, 3, 8, 9);
    assertThat(pairs.get("logprobs").toFloats()).containsExactly(0.1f, 0.9f);
    assertThat(pairs.get("weight")).isEqualTo(chosen.get("weight"));
    NamedArray other = rejected.with("weight", TensorData.zeros(DType.F32, 2));
    assertThatThrownBy(() -> NamedArray.stack(List.of(chosen, other)))
        .hasMessageContaining("field weight");
    assertThatThrownBy(() -> NamedArray.stack(List.of(chosen, rejected.select(List.of(1, 0)))))
        .hasMessageContaining("the same ids");
  }

  @Test
  void arraysWithoutItemsWorkOnRows() {
    NamedArray array =
        NamedArray.of(
            Map.of(
                "x",
                TensorData.ofLongs(new long[] {0, 1, 2}, 3),
                "g.y",
                TensorData.zeros(DType.F32, 3, 2)));
    assertThat(array.length()).isEqualTo(3);
    assertThat(NamedArray.concat(array.split(2))).isEqualTo(array);
    assertThat(array.item(2).get("x").toLongs()).containsExactly(2);
    assertThat(array.select(List.of(2, 2)).get("x").toLongs()).containsExactly(2, 2);
    NamedArray stacked = NamedArray.stack(List.of(array, array));
    assertThat(stacked.get("g.y").shape()).isEqualTo(Shape.of(2, 3, 2));
    assertThat(array.group("g").names()).containsExactly("y");
    assertThat(array.group("g").asGroup("g").flatten()).containsOnlyKeys("g.y");
    assertThatThrownBy(() -> array.group("h")).isInstanceOf(UnknownNameException.class);
    assertThatThrownBy(() -> array.with("z", TensorData.zeros(DType.F32, 2)).length())
        .hasMessageContaining("z: F32 [2]")
        .hasMessageContaining("the same first dimension");
    assertThatThrownBy(() -> array.split(4)).hasMessage("parts: 4 (expected: 1 to 3, the length)");
    assertThatThrownBy(() -> array.kind("x")).isInstanceOf(InvalidInputException.class);
  }

  @Test
  void groupsKeepKindsItemsAndMetadata() {
    NamedArray nested = batch.asGroup("actor");
    assertThat(nested.names()).contains("actor.input_ids");
    assertThat(nested.group("actor")).isEqualTo(batch);
  }

  @Test
  void joiningRefusesDifferentFields() {
    NamedArray first = batch.item(0);
    NamedArray second = batch.item(1);
    assertThat(NamedArray.concat(List.of(first, second))).isEqualTo(batch);
    assertThatThrownBy(() -> NamedArray.concat(List.of(first, first)))
        .hasMessageContaining("item id: a (expected: unique)");
    assertThatThrownBy(() -> NamedArray.concat(List.of(first, second.without("weight"))))
        .hasMessageContaining("array 1");
    assertThatThrownBy(() -> NamedArray.concat(List.of(first, second.withMetadata("source", "x"))))
        .hasMessageContaining("metadata source: x");
    assertThatThrownBy(
            () ->
                NamedArray.concat(
                    List.of(first, second.with("weight", TensorData.zeros(DType.F64, 1)))))
        .hasMessageContaining("field weight: tensor: F64 [1]");
    assertThatThrownBy(() -> NamedArray.concat(List.of()))
        .hasMessage("arrays: 0 (expected: at least one)");
  }

  @Test
  void lawsHoldForRandomBatches() {
    Random random = new Random(7);
    for (int round = 0; round < 100; round++) {
      NamedArray x = random(random);
      int count = x.items().count();
      int parts = 1 + random.nextInt(count);
      assertThat(NamedArray.concat(x.split(parts))).isEqualTo(x);
      List<NamedArray> balanced = x.splitBalanced(parts);
      assertThat(balanced).hasSize(parts).allMatch(part -> part.metadata().equals(x.metadata()));
      NamedArray back = NamedArray.concat(balanced);
      assertThat(back.select(back.items().indexesOf(x.items().ids()))).isEqualTo(x);
      NamedArray micro = NamedArray.concat(x.splitWithinPadded(1L + random.nextInt(60)));
      assertThat(micro.select(micro.items().indexesOf(x.items().ids()))).isEqualTo(x);
      List<Integer> order = new ArrayList<>(IntStream.range(0, count).boxed().toList());
      Collections.shuffle(order, random);
      NamedArray shuffled = x.select(order);
      assertThat(NamedArray.concat(shuffled.splitBalanced(parts))).isEqualTo(back);
      assertThat(x.merge(x)).isEqualTo(x).hasSameHashCodeAs(x);
      assertThat(x.map(tensor -> tensor)).isEqualTo(x);
      assertThat(x.without("s").merge(x.without("t"))).isEqualTo(x);
    }
  }

  private static NamedArray random(Random random) {
    int count = 1 + random.nextInt(12);
    List<Integer> sequences = random.ints(count, 1, 4).boxed().toList();
    int total = sequences.stream().mapToInt(x -> x).sum();
    List<String> ids = IntStream.range(0, count).mapToObj(i -> "i" + i).toList();
    Items items = new Items(ids, sequences, random.ints(total, 1, 9).boxed().toList());
    NamedArray.Builder builder = NamedArray.builder(items).metadata("seed", "7");
    Map<String, FieldKind> names =
        Map.of(
            "t",
            FieldKind.TOKEN,
            "n",
            FieldKind.NEXT_TOKEN,
            "s",
            FieldKind.SEQUENCE,
            "g.i",
            FieldKind.ITEM);
    names.forEach(
        (name, kind) -> {
          int entries = (int) items.entries(kind);
          builder.put(
              name, kind, TensorData.ofLongs(random.longs(2L * entries).toArray(), entries, 2));
        });
    return builder.build();
  }
}
