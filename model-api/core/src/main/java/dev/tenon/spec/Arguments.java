package dev.tenon.spec;

import dev.tenon.error.InvalidInputException;
import dev.tenon.internal.Problems;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Named arguments for a factory: strings, paths, numbers, booleans, lists and maps of these.
 * Immutable. Values that come from text formats are converted where nothing is lost: an integer to
 * Double, a String to Path.
 */
public final class Arguments {
  private static final Arguments NONE = new Arguments(Map.of());
  private final Map<String, Object> values;

  private Arguments(Map<String, ?> values) {
    values.forEach(
        (name, value) -> {
          if (name == null || value == null) {
            throw new InvalidInputException(
                Problems.problem("argument " + name, value, "a name and a value"));
          }
        });
    this.values = Collections.unmodifiableMap(new LinkedHashMap<>(values));
  }

  /** No arguments. */
  public static Arguments none() {
    return NONE;
  }

  /** One argument. */
  public static Arguments of(String name, Object value) {
    return NONE.with(name, value);
  }

  /** The arguments of a map, in its order. */
  public static Arguments of(Map<String, ?> values) {
    return new Arguments(values);
  }

  /** These arguments and one more, or another value under that name. */
  public Arguments with(String name, Object value) {
    Map<String, Object> copy = new LinkedHashMap<>(values);
    copy.put(name, value);
    return new Arguments(copy);
  }

  /** Whether an argument was given. */
  public boolean has(String name) {
    return values.containsKey(name);
  }

  /** The argument as a type, if it was given. */
  public <T> Optional<T> find(String name, Class<T> type) {
    Object value = values.get(name);
    if (value == null) {
      return Optional.empty();
    }
    T converted = convert(value, type);
    if (converted == null) {
      throw new InvalidInputException(
          Problems.problem("argument " + name, value, type.getSimpleName()));
    }
    return Optional.of(converted);
  }

  /**
   * The argument as a type.
   *
   * @throws InvalidInputException if it is missing or of another type
   */
  public <T> T get(String name, Class<T> type) {
    return find(name, type)
        .orElseThrow(
            () ->
                new InvalidInputException(
                    Problems.problem("argument " + name, "missing", "a " + type.getSimpleName())));
  }

  /** The argument as a path; a String is read as one. */
  public Path path(String name) {
    return get(name, Path.class);
  }

  /** All values by name, unmodifiable, in order. */
  public Map<String, Object> asMap() {
    return values;
  }

  boolean convertible(String name, Class<?> type) {
    Object value = values.get(name);
    return value != null && convert(value, type) != null;
  }

  private static <T> @Nullable T convert(Object value, Class<T> type) {
    if (type.isInstance(value)) {
      return type.cast(value);
    }
    if (type == Path.class && value instanceof String text) {
      return type.cast(toPath(text));
    }
    if (value instanceof Number number && number.doubleValue() == Math.rint(number.doubleValue())) {
      return wholeNumber(number, type);
    }
    boolean widens = type == Double.class && value instanceof Number;
    return widens ? type.cast(((Number) value).doubleValue()) : null;
  }

  private static @Nullable Path toPath(String text) {
    try {
      return Path.of(text);
    } catch (InvalidPathException e) {
      return null;
    }
  }

  private static <T> @Nullable T wholeNumber(Number number, Class<T> type) {
    if (type == Double.class) {
      return type.cast(number.doubleValue());
    }
    boolean fractional = number instanceof Double || number instanceof Float;
    if (type == Long.class && !fractional) {
      return type.cast(number.longValue());
    }
    boolean fits = !fractional && number.longValue() == number.intValue();
    return type == Integer.class && fits ? type.cast(number.intValue()) : null;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Arguments that && values.equals(that.values);
  }

  @Override
  public int hashCode() {
    return values.hashCode();
  }

  /** For example {@code {path=/models/base}}. */
  @Override
  public String toString() {
    return values.toString();
  }
}
