package dev.tenon.nn.config;

import dev.tenon.error.CheckpointException;
import dev.tenon.error.UnsupportedFeatureException;
import dev.tenon.internal.Json;
import dev.tenon.internal.Problems;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * Reads typed values from a JSON object and collects what is wrong with them, so that {@link
 * #finish} can tell all of it at once. A key that is missing or null is absent. After a problem a
 * getter returns a value that is in range. Not for threads.
 */
public final class ConfigReader {
  private final String file;
  private final String prefix;
  private final Map<String, @Nullable Object> values;
  private final Problems problems;
  private final Problems unsupported;

  /**
   * A reader.
   *
   * @param file the file's name, which starts every message
   * @param values its keys
   */
  public ConfigReader(String file, Map<String, @Nullable Object> values) {
    this(file, file + ": ", values, new Problems(), new Problems());
  }

  private ConfigReader(
      String file,
      String prefix,
      Map<String, @Nullable Object> values,
      Problems problems,
      Problems unsupported) {
    this.file = file;
    this.prefix = prefix;
    this.values = values;
    this.problems = problems;
    this.unsupported = unsupported;
  }

  /** Number of keys. */
  public int size() {
    return values.size();
  }

  /** The file's name. */
  public String file() {
    return file;
  }

  /** Whether the key has a value other than null. */
  public boolean has(String key) {
    return values.get(key) != null;
  }

  /** Whether the key is there with the value null, which may mean another thing than no key. */
  public boolean isNull(String key) {
    return values.containsKey(key) && values.get(key) == null;
  }

  /** The value as JSON has it, null where absent, for messages. */
  public String shown(String key) {
    return values.containsKey(key) ? Json.compact(values.get(key)) : "missing";
  }

  /** A required integer in a range. */
  public int integer(String key, int low, int high) {
    OptionalLong found = whole(values.get(key));
    if (found.isPresent() && found.getAsLong() >= low && found.getAsLong() <= high) {
      return (int) found.getAsLong();
    }
    problem(key, "an integer from " + low + " to " + high);
    return low;
  }

  /** An integer in a range, or the default. */
  public int integer(String key, int low, int high, int absent) {
    return has(key) ? integer(key, low, high) : absent;
  }

  /** A finite number above 0, or the default. */
  public double positive(String key, double absent) {
    if (!has(key)) {
      return absent;
    }
    double found = values.get(key) instanceof Number number ? number.doubleValue() : Double.NaN;
    if (found > 0 && found < Double.POSITIVE_INFINITY) {
      return found;
    }
    problem(key, "a finite number > 0");
    return absent;
  }

  /** A finite number not below 0, or the default. */
  public double notNegative(String key, double absent) {
    if (!has(key)) {
      return absent;
    }
    double found = values.get(key) instanceof Number number ? number.doubleValue() : Double.NaN;
    if (found >= 0 && found < Double.POSITIVE_INFINITY) {
      return found;
    }
    problem(key, "a finite number >= 0");
    return absent;
  }

  /** A number from 0 to below 1, or the default. */
  public double probability(String key, double absent) {
    if (!has(key)) {
      return absent;
    }
    double found = values.get(key) instanceof Number number ? number.doubleValue() : Double.NaN;
    if (found >= 0 && found < 1) {
      return found;
    }
    problem(key, "a number, 0 <= p < 1");
    return absent;
  }

  /**
   * The first of two names of one key that has a value; the first one if none has. Two values must
   * be the same: of others transformers takes the one that stands later in the file.
   */
  public String first(String name, String otherName) {
    if (has(name) && has(otherName) && !shown(name).equals(shown(otherName))) {
      problem(otherName, name + "'s value " + shown(name) + ", as both name one number");
    }
    return !has(name) && has(otherName) ? otherName : name;
  }

  /** A finite number above 0. */
  public double positive(String key) {
    if (!has(key)) {
      problem(key, "a finite number > 0");
    }
    return positive(key, 1);
  }

  /** Whether the value is a list that holds a string. */
  public boolean lists(String key, String element) {
    return values.get(key) instanceof List<?> list && list.contains(element);
  }

  /** A list of strings; empty if there is none. */
  public List<String> texts(String key) {
    List<?> found = values.get(key) instanceof List<?> list ? list : List.of();
    if (has(key)
        && !(values.get(key) instanceof List<?>
            && found.stream().allMatch(String.class::isInstance))) {
      problem(key, "a list of strings");
      return List.of();
    }
    return found.stream().map(String.class::cast).toList();
  }

  /** True or false, or the default. */
  public boolean flag(String key, boolean absent) {
    if (!has(key)) {
      return absent;
    }
    if (values.get(key) instanceof Boolean found) {
      return found;
    }
    problem(key, "true or false");
    return absent;
  }

  /** A string, or the default. */
  public String text(String key, String absent) {
    if (!has(key)) {
      return absent;
    }
    if (values.get(key) instanceof String found) {
      return found;
    }
    problem(key, "a string");
    return absent;
  }

  /** An object, if there is one; its problems are told by this reader. */
  @SuppressWarnings("unchecked") // The reader of JSON makes objects with string keys only.
  public Optional<ConfigReader> object(String key) {
    if (has(key) && values.get(key) instanceof Map<?, ?> found) {
      return Optional.of(
          new ConfigReader(
              file,
              prefix + key + ".",
              (Map<String, @Nullable Object>) found,
              problems,
              unsupported));
    }
    if (has(key)) {
      problem(key, "an object");
    }
    return Optional.empty();
  }

  /** Notes that a key's value breaks a rule. */
  public void problem(String key, String expected) {
    problems.add(prefix + key, shown(key), expected);
  }

  /** Notes that a key asks for what cannot be done. */
  public void unsupported(String key, String expected) {
    unsupported.add(prefix + key, shown(key), expected);
  }

  /**
   * Ends the reading.
   *
   * @throws UnsupportedFeatureException with every key that asks for what cannot be done
   * @throws CheckpointException with every key whose value is wrong
   */
  public void finish() {
    unsupported.throwIfAny(UnsupportedFeatureException::new);
    problems.throwIfAny(CheckpointException::new);
  }

  /** The value of a JSON number without fraction that fits into 64 bits. */
  static OptionalLong whole(@Nullable Object value) {
    if (!(value instanceof Number number)) {
      return OptionalLong.empty();
    }
    try {
      return OptionalLong.of(new BigDecimal(number.toString()).longValueExact());
    } catch (NumberFormatException | ArithmeticException e) {
      return OptionalLong.empty();
    }
  }
}
