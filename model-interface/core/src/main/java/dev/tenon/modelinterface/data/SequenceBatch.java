package dev.tenon.modelinterface.data;

import dev.tenon.tensor.Items;
import dev.tenon.tensor.NamedArray;
import dev.tenon.tensor.TensorData;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/** Encoded texts as a packed batch. */
public final class SequenceBatch {
  private SequenceBatch() {}

  /** One sequence per item, ids {@code "0"}, {@code "1"}, …; see the other method. */
  public static NamedArray of(List<TokenSequence> sequences, boolean pairs) {
    return of(
        IntStream.range(0, sequences.size()).mapToObj(String::valueOf).toList(),
        sequences.stream().map(List::of).toList(),
        pairs);
  }

  /**
   * Items of one or more sequences.
   *
   * @param ids one per item
   * @param items the sequences of each
   * @param pairs whether sequences hold two texts: then the batch has {@code token_type_ids} too
   * @return {@code input_ids} (I64, token), and {@code token_type_ids} (I64, token) of pairs
   */
  public static NamedArray of(List<String> ids, List<List<TokenSequence>> items, boolean pairs) {
    List<TokenSequence> sequences = items.stream().flatMap(List::stream).toList();
    Items layout =
        new Items(
            ids,
            items.stream().map(List::size).toList(),
            sequences.stream().map(x -> x.ids().size()).toList());
    NamedArray.Builder batch =
        NamedArray.builder(layout)
            .put("input_ids", tensor(sequences.stream().flatMapToLong(x -> x.ids().stream())));
    if (pairs) {
      LongStream types =
          sequences.stream().flatMapToLong(x -> x.typeIds().stream().mapToLong(t -> t));
      batch.put("token_type_ids", tensor(types));
    }
    return batch.build();
  }

  private static TensorData tensor(LongStream values) {
    long[] array = values.toArray();
    return TensorData.ofLongs(array, array.length);
  }
}
