package dev.tenon.nn.internal.pass;

import dev.tenon.objective.BatchField;
import dev.tenon.objective.BatchIndexes;
import dev.tenon.objective.TextObjective;
import dev.tenon.tensor.NamedArray;
import dev.tenon.tensor.TensorData;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What an objective's text reads as {@code batch}: its declared fields, and the indexes that lead
 * from one kind of entry to another, local to the micro-batch.
 */
public final class ObjectiveBatch {
  private ObjectiveBatch() {}

  /** The fields by name. */
  public static Map<String, TensorData> fields(NamedArray batch, TextObjective objective) {
    Map<String, TensorData> fields = new LinkedHashMap<>();
    for (BatchField field : objective.fields()) {
      fields.put(field.name(), batch.get(field.name()));
    }
    fields.putAll(BatchIndexes.of(batch.items()));
    return fields;
  }
}
