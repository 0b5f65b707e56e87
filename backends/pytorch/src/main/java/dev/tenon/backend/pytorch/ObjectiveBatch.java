package dev.tenon.backend.pytorch;

import dev.tenon.error.InvalidInputException;
import dev.tenon.internal.Problems;
import dev.tenon.objective.BatchField;
import dev.tenon.objective.TextObjective;
import dev.tenon.tensor.Items;
import dev.tenon.tensor.NamedArray;
import dev.tenon.tensor.TensorData;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * What an objective's text reads as {@code batch}: its declared fields, and the indexes that lead
 * from one kind of entry to another. Indexes are I64 and local to the micro-batch.
 */
final class ObjectiveBatch {
  private ObjectiveBatch() {}

  /** Refuses a batch that lacks a declared field, with every problem. */
  static void check(NamedArray batch, TextObjective objective) {
    Problems problems = new Problems();
    for (BatchField field : objective.fields()) {
      TensorData tensor = batch.find(field.name()).orElse(null);
      if (tensor == null
          || tensor.dtype() != field.dtype()
          || batch.kind(field.name()) != field.kind()) {
        String found =
            tensor == null ? "missing" : tensor.dtype() + " per " + batch.kind(field.name());
        problems.add(
            "field " + field.name() + " of objective " + objective.name(),
            found,
            field.dtype() + " per " + field.kind());
      }
    }
    problems.throwIfAny(InvalidInputException::new);
  }

  /** The fields by name. */
  static Map<String, TensorData> fields(NamedArray batch, TextObjective objective) {
    Map<String, TensorData> fields = new LinkedHashMap<>();
    for (BatchField field : objective.fields()) {
      fields.put(field.name(), batch.get(field.name()));
    }
    fields.putAll(indexes(batch.items()));
    return fields;
  }

  private static Map<String, TensorData> indexes(Items items) {
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
