package dev.tenon.cli.conformance;

import dev.tenon.error.InvalidInputException;
import dev.tenon.tensor.TokenIds;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Typed access to one parsed JSON object of an oracle file. Each method throws {@link
 * InvalidInputException} naming file and key.
 *
 * @param where file and place, for messages
 * @param values the parsed members
 */
record JsonObject(String where, Map<?, ?> values) {
  /** Whether a member is present and not null. */
  boolean has(String key) {
    return values.get(key) != null;
  }

  String text(String key) {
    return as(key, String.class, "a string");
  }

  double number(String key) {
    return number(key, values.get(key));
  }

  List<Double> numbers(String key) {
    return list(key).stream().map(x -> number(key, x)).toList();
  }

  List<Integer> integers(String key) {
    return list(key).stream().map(x -> (int) number(key, x)).toList();
  }

  /** A list of strings. */
  List<String> texts(String key) {
    return list(key).stream().map(String::valueOf).toList();
  }

  TokenIds ids(String key) {
    return ids(key, list(key));
  }

  /** A list of lists of token ids. */
  List<TokenIds> rows(String key) {
    return list(key).stream()
        .map(x -> ids(key, x instanceof List<?> row ? row : List.of(x)))
        .toList();
  }

  JsonObject object(String key) {
    return new JsonObject(where + "." + key, as(key, Map.class, "an object"));
  }

  List<JsonObject> objects(String key) {
    return list(key).stream().map(x -> element(key, x)).toList();
  }

  List<?> list(String key) {
    return as(key, List.class, "a list");
  }

  private JsonObject element(String key, Object value) {
    if (value instanceof Map<?, ?> map) {
      return new JsonObject(where + "." + key, map);
    }
    throw wrong(key, value, "a list of objects");
  }

  private TokenIds ids(String key, List<?> row) {
    return TokenIds.of(row.stream().mapToLong(x -> (long) number(key, x)).toArray());
  }

  /** The number that a value found under a key stands for. */
  double number(String key, @Nullable Object value) {
    if (value instanceof Number number) {
      return number.doubleValue();
    }
    // The oracle writes what JSON has no number for as text.
    return switch (String.valueOf(value)) {
      case "inf" -> Double.POSITIVE_INFINITY;
      case "-inf" -> Double.NEGATIVE_INFINITY;
      case "nan" -> Double.NaN;
      default -> throw wrong(key, value, "a number");
    };
  }

  private <T> T as(String key, Class<T> type, String expected) {
    Object value = values.get(key);
    if (type.isInstance(value)) {
      return type.cast(value);
    }
    throw wrong(key, value, expected);
  }

  private InvalidInputException wrong(String key, @Nullable Object value, String expected) {
    return new InvalidInputException(
        where + "." + key + ": " + value + " (expected: " + expected + ")");
  }
}
