package dev.tenon.cli.conformance;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * One case of an algorithm: parameters, and what f64 code gave for them.
 *
 * @param name of algorithm and case, for messages
 * @param params the parameters
 * @param expected the results by name
 * @param tolerance absolute, for f32 code: 10 times the error of the oracle's own f32 run, at least
 *     1e-6
 */
record AlgorithmCase(String name, JsonObject params, JsonObject expected, double tolerance) {
  static AlgorithmCase of(String algorithm, int index, JsonObject json) {
    double measured = json.number("fp32_max_abs_error");
    return new AlgorithmCase(
        algorithm + "[" + index + "]",
        json.object("params"),
        json.object("expected"),
        Math.max(1e-6, 10 * measured));
  }

  /** The same case with another tolerance. */
  AlgorithmCase withTolerance(double value) {
    return new AlgorithmCase(name, params, expected, value);
  }

  /**
   * The same case with one result moved by three times the tolerance, and by more than f32's
   * rounding.
   */
  AlgorithmCase moved(String key) {
    double[] numbers = numbers(key);
    double step = Math.max(3 * tolerance, 1e-4 * Math.abs(numbers[numbers.length - 1]));
    numbers[numbers.length - 1] += step;
    Map<Object, Object> changed = new LinkedHashMap<>(expected.values());
    List<Double> flat = Arrays.stream(numbers).boxed().toList();
    changed.put(key, flat.size() == 1 ? flat.get(0) : flat);
    return new AlgorithmCase(name, params, new JsonObject(expected.where(), changed), tolerance);
  }

  /** A parameter, or its default. */
  double param(String key, double absent) {
    return params.has(key) ? params.number(key) : absent;
  }

  /** Absolute comparison of all numbers of a result with measured ones in the same order. */
  Finding compare(String key, double... measured) {
    return compare(key, numbers(key), measured);
  }

  /** The same where the result was put in another order. */
  Finding compare(String key, double[] reference, double[] measured) {
    if (reference.length != measured.length) {
      return Finding.impossible(
          quantity(key),
          tolerance,
          measured.length + " numbers (expected: " + reference.length + ")");
    }
    double worst = 0;
    for (int i = 0; i < reference.length; i++) {
      boolean same = reference[i] == measured[i]; // infinities too
      worst = Math.max(worst, same ? 0 : Math.abs(reference[i] - measured[i]));
    }
    return Finding.of(quantity(key), worst, tolerance);
  }

  /** Relative comparison of one number. */
  Finding compareRelative(String key, double measured) {
    return Finding.of(quantity(key), Errors.relative(expected.number(key), measured), tolerance);
  }

  /** The numbers of a result, however nested, in order. */
  double[] numbers(String key) {
    List<Double> flat = new ArrayList<>();
    flatten(key, expected.values().get(key), flat);
    return flat.stream().mapToDouble(x -> x).toArray();
  }

  private void flatten(String key, Object value, List<Double> target) {
    if (value instanceof List<?> list) {
      list.forEach(x -> flatten(key, x, target));
    } else {
      target.add(expected.number(key, value));
    }
  }

  private String quantity(String key) {
    return name + "." + key;
  }
}
