package dev.tenon.model;

import dev.tenon.error.UnknownNameException;
import dev.tenon.internal.Problems;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalDouble;

/** Measurements of one call, in the order they were made. Immutable. */
public final class Metrics {
  private static final Metrics EMPTY = new Metrics(Map.of());
  private final Map<String, Double> values;

  private Metrics(Map<String, Double> values) {
    this.values = Collections.unmodifiableMap(new LinkedHashMap<>(values));
  }

  /** No measurement. */
  public static Metrics empty() {
    return EMPTY;
  }

  /** The measurements of a map, in its order. */
  public static Metrics of(Map<String, Double> values) {
    return new Metrics(values);
  }

  /** These measurements with one more, or with another value under that name. */
  public Metrics with(String name, double value) {
    Map<String, Double> copy = new LinkedHashMap<>(values);
    copy.put(name, value);
    return new Metrics(copy);
  }

  /** The value under a name, if it was measured. */
  public OptionalDouble find(String name) {
    Double value = values.get(name);
    return value == null ? OptionalDouble.empty() : OptionalDouble.of(value);
  }

  /**
   * The value under a name.
   *
   * @throws UnknownNameException if it was not measured
   */
  public double get(String name) {
    return find(name)
        .orElseThrow(
            () ->
                new UnknownNameException(
                    Problems.problem("metric", name, "one of " + values.keySet())));
  }

  /** All values by name, unmodifiable, in order. */
  public Map<String, Double> asMap() {
    return values;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Metrics that && values.equals(that.values);
  }

  @Override
  public int hashCode() {
    return values.hashCode();
  }

  /** For example {@code {loss=2.31, ppl=10.1}}: all digits. */
  @Override
  public String toString() {
    return values.toString();
  }
}
