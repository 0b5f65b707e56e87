package dev.tenon.nn.jinja;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/** Elements and attributes of values: {@code a.b}, {@code a[b]}, {@code a[b:c]}. */
final class Subscripts {
  private Subscripts() {}

  /** {@code value.name}: a method or part of the value, else its element of that name. */
  static Object attribute(Object value, String name) {
    if (value instanceof Undefined undefined) {
      throw undefined.fault();
    }
    Optional<Object> own = Methods.find(value, name);
    if (own.isPresent()) {
      return own.get();
    }
    return element(value, name)
        .orElseGet(
            () ->
                name.startsWith("__")
                    ? Undefined.unsafe(value, name)
                    : Undefined.attribute(value, name));
  }

  /** {@code value[key]}: an element, else, for a text, an attribute. */
  static Object item(Object value, Object key) {
    if (value instanceof Undefined undefined) {
      throw undefined.fault();
    }
    return element(value, key)
        .or(() -> key instanceof String name ? Methods.find(value, name) : Optional.empty())
        .orElseGet(() -> Undefined.attribute(value, key));
  }

  private static Optional<Object> element(Object value, Object key) {
    if (value instanceof Map<?, ?> map) {
      boolean hashable = !(key instanceof List || key instanceof Map);
      return hashable ? Optional.ofNullable(map.get(Types.key(key))) : Optional.empty();
    }
    boolean indexed = value instanceof List || value instanceof Tuple || value instanceof String;
    if (!indexed || !(key instanceof Long || key instanceof Boolean)) {
      return Optional.empty();
    }
    int size = Types.length(value);
    long given = Types.integer(key).longValue();
    long index = given < 0 ? given + size : given;
    return index < 0 || index >= size ? Optional.empty() : Optional.of(at(value, (int) index));
  }

  private static Object at(Object value, int index) {
    if (value instanceof String text) {
      return Strings.slice(text, index, index + 1);
    }
    List<?> items = value instanceof Tuple tuple ? tuple.items() : (List<?>) value;
    return Objects.requireNonNull(items.get(index));
  }

  /** {@code value[from:to:step]}. */
  static Object slice(Object value, Object from, Object to, Object by, Run run) {
    if (value instanceof Undefined undefined) {
      throw undefined.fault();
    }
    boolean sliced = value instanceof List || value instanceof Tuple || value instanceof String;
    if (!sliced) {
      return Undefined.attribute(value, "slice");
    }
    int step = by == Nothing.NONE ? 1 : Types.index(by);
    if (step == 0) {
      throw new Fault("slice step cannot be zero");
    }
    Span span = span(from, to, step, Types.length(value));
    if (value instanceof String text && step == 1) {
      run.budget().take(Math.max(0, span.to() - span.from()) / 16);
      return Strings.slice(text, span.from(), span.to());
    }
    List<Object> all = Types.list(value, run);
    List<Object> taken = new ArrayList<>();
    for (long i = span.from(); step > 0 ? i < span.to() : i > span.to(); i += step) {
      taken.add(all.get((int) i));
    }
    return like(value, taken);
  }

  private static Object like(Object value, List<Object> items) {
    if (value instanceof Tuple) {
      return new Tuple(items);
    }
    return value instanceof String
        ? String.join("", items.stream().map(String.class::cast).toList())
        : items;
  }

  /** Where a slice starts and, exclusively, ends. */
  record Span(int from, int to) {}

  /** The bounds as Python's {@code slice.indices} gives them. */
  static Span span(Object from, Object to, int step, int size) {
    int first = step > 0 ? 0 : size - 1;
    int last = step > 0 ? size : -1;
    return new Span(bound(from, first, step, size), bound(to, last, step, size));
  }

  private static int bound(Object given, int otherwise, int step, int size) {
    if (given == Nothing.NONE) {
      return otherwise;
    }
    long index = Types.integer(given).max(MIN).min(MAX).longValue();
    index += index < 0 ? size : 0;
    int lowest = step > 0 ? 0 : -1;
    int highest = step > 0 ? size : size - 1;
    return (int) Math.max(lowest, Math.min(highest, index));
  }

  private static final java.math.BigInteger MAX = java.math.BigInteger.valueOf(Integer.MAX_VALUE);
  private static final java.math.BigInteger MIN = java.math.BigInteger.valueOf(Integer.MIN_VALUE);
}
