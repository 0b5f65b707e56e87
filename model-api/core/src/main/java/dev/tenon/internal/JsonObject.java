package dev.tenon.internal;

import dev.tenon.error.InvalidInputException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * A view of a JSON object for readers of configuration files: getters by type whose errors name
 * file and key, as in {@code config.json: $.hidden_size: "8" (expected: an integer ≥ 1)}. A key
 * whose value is null counts as missing. All errors are {@link InvalidInputException}. Immutable as
 * long as nobody writes to the map.
 */
public final class JsonObject {
  private final String source;
  private final String path;
  private final Map<String, @Nullable Object> members;

  private JsonObject(String source, String path, Map<String, @Nullable Object> members) {
    this.source = source;
    this.path = path;
    this.members = Collections.unmodifiableMap(members);
  }

  /** A view of a value that {@link Json#parse} gave; an error if it is no object. */
  public static JsonObject of(String source, @Nullable Object value) {
    return view(source, "$", value);
  }

  private static JsonObject view(String source, String path, @Nullable Object value) {
    if (!(value instanceof Map<?, ?> map)) {
      throw new InvalidInputException(
          Problems.problem(source + ": " + path, shown(value), "an object"));
    }
    Map<String, @Nullable Object> members = new LinkedHashMap<>();
    map.forEach((key, member) -> members.put(String.valueOf(key), member));
    return new JsonObject(source, path, members);
  }

  /** The name of the text in messages. */
  public String source() {
    return source;
  }

  /** All keys in the order of the text. */
  public Set<String> keys() {
    return members.keySet();
  }

  /**
   * The members in the order of the text, unmodifiable; values as {@link Json#parse} gives them.
   */
  public Map<String, @Nullable Object> toMap() {
    return members;
  }

  /** True when the key is there and not null. */
  public boolean has(String key) {
    return members.get(key) != null;
  }

  /** A string. */
  public String string(String key) {
    return required(key, "a string", findString(key));
  }

  /** A string or, if missing, the other one. */
  public String string(String key, String otherwise) {
    return findString(key).orElse(otherwise);
  }

  /** A string, if there is one. */
  public Optional<String> findString(String key) {
    return find(key, "a string", value -> value instanceof String string ? string : null);
  }

  /** An integer of 64 bits, written without fraction and exponent. */
  public long integer(String key) {
    return required(key, "an integer", integerAt(key));
  }

  /** An integer or, if missing, the other one. */
  public long integer(String key, long otherwise) {
    return integerAt(key).orElse(otherwise);
  }

  /** An integer, if there is one. */
  public OptionalLong findInteger(String key) {
    return integerAt(key).map(OptionalLong::of).orElseGet(OptionalLong::empty);
  }

  private Optional<Long> integerAt(String key) {
    return find(key, "an integer", JsonObject::asLong);
  }

  /** An integer from 1 to 2^31 − 1. */
  public int positiveInt(String key) {
    return required(key, "an integer ≥ 1", positiveIntAt(key));
  }

  /** An integer from 1 to 2^31 − 1 or, if missing, the other one. */
  public int positiveInt(String key, int otherwise) {
    return positiveIntAt(key).orElse(otherwise);
  }

  private Optional<Integer> positiveIntAt(String key) {
    return find(
        key,
        "an integer from 1 to " + Integer.MAX_VALUE,
        value -> {
          Long number = asLong(value);
          return number != null && number >= 1 && number <= Integer.MAX_VALUE
              ? number.intValue()
              : null;
        });
  }

  /** A finite number. */
  public double number(String key) {
    return required(key, "a finite number", numberAt(key));
  }

  /** A finite number or, if missing, the other one. */
  public double number(String key, double otherwise) {
    return numberAt(key).orElse(otherwise);
  }

  /** A finite number, if there is one. */
  public OptionalDouble findNumber(String key) {
    return numberAt(key).map(OptionalDouble::of).orElseGet(OptionalDouble::empty);
  }

  private Optional<Double> numberAt(String key) {
    return find(
        key,
        "a finite number",
        value ->
            value instanceof Number x && Double.isFinite(x.doubleValue())
                ? (Double) x.doubleValue()
                : null);
  }

  /** True or false. */
  public boolean bool(String key) {
    return required(key, "true or false", boolAt(key));
  }

  /** True or false or, if missing, the other one. */
  public boolean bool(String key, boolean otherwise) {
    return boolAt(key).orElse(otherwise);
  }

  private Optional<Boolean> boolAt(String key) {
    return find(key, "true or false", value -> value instanceof Boolean bool ? bool : null);
  }

  /** An object. */
  public JsonObject object(String key) {
    return required(key, "an object", findObject(key));
  }

  /** An object, if there is one. */
  public Optional<JsonObject> findObject(String key) {
    return Optional.ofNullable(members.get(key)).map(x -> view(source, path + "." + key, x));
  }

  /** A list of any values. */
  public List<@Nullable Object> list(String key) {
    return required(key, "a list", listAt(key));
  }

  private Optional<List<@Nullable Object>> listAt(String key) {
    return find(
        key,
        "a list",
        value ->
            value instanceof List<?> list
                ? Collections.unmodifiableList(new ArrayList<>(list))
                : null);
  }

  /** A list of strings; empty if missing. */
  public List<String> strings(String key) {
    return elements(key, "a list of strings", x -> x instanceof String string ? string : null);
  }

  /** A list of integers; empty if missing. */
  public List<Long> integers(String key) {
    return elements(key, "a list of integers", JsonObject::asLong);
  }

  /** A list of objects; empty if missing. */
  public List<JsonObject> objects(String key) {
    List<@Nullable Object> list = listAt(key).orElse(List.of());
    return IntStream.range(0, list.size())
        .mapToObj(i -> view(source, path + "." + key + "[" + i + "]", list.get(i)))
        .toList();
  }

  /** An error about a value of this object, for rules that the getters do not know. */
  public InvalidInputException problem(String key, String expected) {
    String value = members.containsKey(key) ? shown(members.get(key)) : "missing";
    return new InvalidInputException(
        Problems.problem(source + ": " + path + "." + key, value, expected));
  }

  private <T> List<T> elements(
      String key, String expected, Function<@Nullable Object, @Nullable T> cast) {
    List<T> all = new ArrayList<>();
    for (Object element : listAt(key).orElse(List.of())) {
      T value = cast.apply(element);
      if (value == null) {
        throw problem(key, expected);
      }
      all.add(value);
    }
    return List.copyOf(all);
  }

  private <T> Optional<T> find(String key, String expected, Function<Object, @Nullable T> cast) {
    Object value = members.get(key);
    if (value == null) {
      return Optional.empty();
    }
    T result = cast.apply(value);
    if (result == null) {
      throw problem(key, expected);
    }
    return Optional.of(result);
  }

  private <T> T required(String key, String expected, Optional<T> value) {
    return value.orElseThrow(() -> problem(key, expected));
  }

  private static @Nullable Long asLong(@Nullable Object value) {
    if (value instanceof JsonNumber number) {
      return number.isLong() ? (Long) number.longValue() : null;
    }
    return value instanceof Long || value instanceof Integer
        ? (Long) ((Number) value).longValue()
        : null;
  }

  private static String shown(@Nullable Object value) {
    String text = Json.compact(value);
    return text.length() <= 80 ? text : text.substring(0, 80) + "…";
  }

  /** The object as compact JSON. */
  @Override
  public String toString() {
    return Json.compact(members);
  }
}
