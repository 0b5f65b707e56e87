package dev.tenon.objective;

import dev.tenon.tensor.Items;
import dev.tenon.tensor.TensorData;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * The indexes that lead from one kind of entry to another, as an objective's text finds them in
 * {@code batch} and a {@link LossFunction} may ask for them. All are I64 and count within the items
 * they were made of. N tokens, S sequences:
 *
 * <ul>
 *   <li>{@code token_sequence} [N]: the sequence of each token
 *   <li>{@code next_token_sequence} [N - S]: the sequence of each next-token entry
 *   <li>{@code target_index} [N - S]: the token that each next-token entry predicts
 *   <li>{@code item_index} [S]: the item of each sequence
 *   <li>{@code lengths} [S]: tokens of each sequence
 * </ul>
 */
public final class BatchIndexes {
  private BatchIndexes() {}

  /** The indexes of packed items, by name. */
  public static Map<String, TensorData> of(Items items) {
    List<Integer> lengths = items.lengths();
    int tokens = Math.toIntExact(items.tokens());
    long[] tokenSequence = new long[tokens];
    long[] nextTokenSequence = new long[tokens - lengths.size()];
    long[] targetIndex = new long[tokens - lengths.size()];
    int token = 0;
    int next = 0;
    for (int s = 0; s < lengths.size(); s++) {
      for (int t = 0; t < lengths.get(s); t++, token++) {
        tokenSequence[token] = s;
        if (t > 0) {
          nextTokenSequence[next] = s;
          targetIndex[next++] = token;
        }
      }
    }
    long[] itemIndex =
        IntStream.range(0, items.count())
            .flatMap(i -> IntStream.generate(() -> i).limit(items.sequencesPerItem().get(i)))
            .asLongStream()
            .toArray();
    Map<String, TensorData> indexes = new LinkedHashMap<>();
    indexes.put("token_sequence", TensorData.ofLongs(tokenSequence, tokens));
    indexes.put("next_token_sequence", TensorData.ofLongs(nextTokenSequence, next));
    indexes.put("target_index", TensorData.ofLongs(targetIndex, next));
    indexes.put("item_index", TensorData.ofLongs(itemIndex, itemIndex.length));
    indexes.put(
        "lengths",
        TensorData.ofLongs(lengths.stream().mapToLong(x -> x).toArray(), lengths.size()));
    return indexes;
  }
}
