package dev.tenon.catalog.store;

import dev.tenon.error.InvalidInputException;
import dev.tenon.internal.JsonNumber;
import dev.tenon.internal.Problems;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Values that JSON gives back as they were. */
final class JsonValues {
  private static final int DEPTH = 32;

  private JsonValues() {}

  /** A deep copy, keys sorted. */
  static Map<String, @Nullable Object> copy(Map<String, ? extends @Nullable Object> values) {
    return map(values, 1);
  }

  private static Map<String, @Nullable Object> map(Map<?, ?> values, int depth) {
    if (depth > DEPTH) {
      throw problem("deeper than " + DEPTH);
    }
    Map<String, @Nullable Object> copy = new TreeMap<>();
    values.forEach((key, value) -> copy.put(String.valueOf(key), value(value, depth)));
    return Collections.unmodifiableMap(copy);
  }

  private static @Nullable Object value(@Nullable Object value, int depth) {
    if (value == null || value instanceof Boolean) {
      return value;
    }
    if (value instanceof CharSequence) {
      return value.toString();
    }
    if (value instanceof Number number) {
      return number(number);
    }
    if (value instanceof Map<?, ?> map) {
      return map(map, depth + 1);
    }
    if (value instanceof List<?> list) {
      return list(list, depth + 1);
    }
    throw problem(value);
  }

  private static List<@Nullable Object> list(List<?> values, int depth) {
    if (depth > DEPTH) {
      throw problem("deeper than " + DEPTH);
    }
    List<@Nullable Object> copy = new ArrayList<>();
    values.forEach(x -> copy.add(value(x, depth)));
    return Collections.unmodifiableList(copy);
  }

  private static Number number(Number number) {
    boolean whole =
        number instanceof Long
            || number instanceof Integer
            || number instanceof Short
            || number instanceof Byte
            || (number instanceof JsonNumber json && json.isLong());
    if (whole) {
      return number.longValue();
    }
    double value = number.doubleValue();
    if (!Double.isFinite(value)) {
      throw problem(number);
    }
    return value;
  }

  private static InvalidInputException problem(Object value) {
    return new InvalidInputException(
        Problems.problem(
            "params",
            value,
            "text, finite numbers, booleans, null, lists and maps of these, at most "
                + DEPTH
                + " deep"));
  }
}
