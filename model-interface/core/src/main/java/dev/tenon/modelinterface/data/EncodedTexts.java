package dev.tenon.modelinterface.data;

import dev.tenon.tensor.NamedArray;
import dev.tenon.tensor.TensorData;
import java.util.List;
import java.util.Optional;

/** Encoded items of one or more texts: {@code input_ids}, and what their kind adds. */
record EncodedTexts(List<Item> items) implements Dataset {
  EncodedTexts {
    items = List.copyOf(items);
  }

  /**
   * One item.
   *
   * @param id unique
   * @param sequences one per text, or one of both texts of a pair
   * @param pair whether its one sequence is of two texts, told apart by {@code token_type_ids}
   * @param labels {@code class_labels}
   */
  record Item(
      String id, List<TokenSequence> sequences, boolean pair, Optional<TensorData> labels) {}

  @Override
  public int size() {
    return items.size();
  }

  @Override
  public long tokens(int index) {
    return items.get(index).sequences().stream().mapToLong(x -> x.ids().size()).sum();
  }

  @Override
  public NamedArray item(int index) {
    Item item = items.get(index);
    NamedArray batch = SequenceBatch.of(List.of(item.id()), List.of(item.sequences()), item.pair());
    return item.labels().map(x -> batch.with("class_labels", x)).orElse(batch);
  }
}
