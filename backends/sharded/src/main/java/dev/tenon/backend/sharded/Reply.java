package dev.tenon.backend.sharded;

import dev.tenon.internal.JsonObject;
import dev.tenon.tensor.TensorData;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * What a rank answered.
 *
 * @param head values
 * @param tensors by name
 */
record Reply(JsonObject head, Map<String, TensorData> tensors) {
  TensorData tensor(String name) {
    return Objects.requireNonNull(tensors.get(name), name);
  }

  /** An objective's sums, one map for each micro-batch. */
  List<Map<String, Double>> sums() {
    List<Map<String, Double>> sums = new ArrayList<>();
    for (JsonObject part : head.objects("sums")) {
      Map<String, Double> numbers = new LinkedHashMap<>();
      part.keys().forEach(name -> numbers.put(name, number(part, name)));
      sums.add(numbers);
    }
    return sums;
  }

  /** JSON has no numbers that are none. */
  static double number(JsonObject object, String name) {
    Object value = object.toMap().get(name);
    return value instanceof String text ? Double.parseDouble(text) : object.number(name);
  }
}
