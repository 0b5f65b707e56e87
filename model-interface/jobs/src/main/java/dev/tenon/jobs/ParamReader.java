package dev.tenon.jobs;

import dev.tenon.error.InvalidInputException;
import dev.tenon.internal.Json;
import dev.tenon.internal.Nearest;
import dev.tenon.internal.Problems;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads parameters that a description typed, or did not: numbers may stand as text. Notes every
 * problem, and throws them together at the end; null counts as absent. Not thread-safe.
 */
final class ParamReader {
  private static final Pattern NUMBER =
      Pattern.compile("[-+]?([0-9]+(\\.[0-9]*)?|\\.[0-9]+)([eE][-+]?[0-9]{1,3})?");

  /** What people try, beside names that are nearly right. */
  private static final Map<String, String> MEANT =
      Map.ofEntries(
          Map.entry("lr", "learning_rate"),
          Map.entry("batch_size", "per_device_train_batch_size"),
          Map.entry("train_batch_size", "per_device_train_batch_size"),
          Map.entry("num_epochs", "num_train_epochs"),
          Map.entry("num_steps", "max_steps"),
          Map.entry("scheduler", "lr_scheduler_type"),
          Map.entry("r", "lora_r"),
          Map.entry("rank", "lora_r"),
          Map.entry("lora_rank", "lora_r"),
          Map.entry("alpha", "lora_alpha"),
          Map.entry("lora_targets", "target_modules"),
          Map.entry("clip", "max_grad_norm"));

  private final String owner;
  private final Map<String, @Nullable Object> params;
  private final Set<String> known = new TreeSet<>();
  private final Problems problems = new Problems();

  /**
   * For the parameters of a job type.
   *
   * @param owner its name, for messages
   */
  ParamReader(String owner, Map<String, @Nullable Object> params) {
    this.owner = owner;
    this.params = params;
  }

  /** A number; the further names are other spellings of it. */
  OptionalDouble number(String name, String... others) {
    Optional<BigDecimal> found = decimal(name, others);
    return found.isPresent()
        ? OptionalDouble.of(found.get().doubleValue())
        : OptionalDouble.empty();
  }

  /** A whole number of 64 bits. */
  OptionalLong whole(String name, String... others) {
    return decimal(name, others)
        .map(
            x -> {
              try {
                return OptionalLong.of(x.longValueExact());
              } catch (ArithmeticException e) {
                wrong(name, x, "a whole number");
                return OptionalLong.empty();
              }
            })
        .orElseGet(OptionalLong::empty);
  }

  private Optional<BigDecimal> decimal(String name, String... others) {
    return value(name, others)
        .flatMap(
            x -> {
              String text = x instanceof Number || x instanceof String ? x.toString().strip() : "";
              if (NUMBER.matcher(text).matches()) {
                return Optional.of(new BigDecimal(text));
              }
              wrong(name, shown(x), "a number");
              return Optional.empty();
            });
  }

  /** True or false, also as text. */
  boolean flag(String name) {
    Object value = value(name).orElse(false);
    String text = value.toString().strip().toLowerCase(Locale.ROOT);
    if (value instanceof Boolean || text.equals("true") || text.equals("false")) {
      return text.equals("true");
    }
    wrong(name, shown(value), "true or false");
    return false;
  }

  /** A text. */
  Optional<String> text(String name) {
    return value(name)
        .flatMap(
            x -> {
              if (x instanceof String text) {
                return Optional.of(text);
              }
              wrong(name, shown(x), "a text");
              return Optional.empty();
            });
  }

  /** Names, as a list or as one text with commas between them. */
  List<String> names(String name) {
    Object value = value(name).orElse(List.of());
    List<?> items = value instanceof List<?> list ? list : Arrays.asList(commas(value));
    List<String> names = new ArrayList<>();
    for (Object each : items) {
      if (each instanceof String text && !text.isBlank()) {
        names.add(text.strip());
      } else {
        wrong(name, shown(value), "names, as a list or with commas between them");
        return List.of();
      }
    }
    return names;
  }

  private static Object[] commas(Object value) {
    return value instanceof String text ? text.split(",", -1) : new Object[] {value};
  }

  /** Notes that a parameter has a wrong value. */
  void wrong(String name, @Nullable Object value, String expected) {
    problems.add("param " + name + " of " + owner, value, expected);
  }

  /** Notes a value out of its range. */
  void check(boolean holds, String name, @Nullable Object value, String expected) {
    if (!holds) {
      wrong(name, value, expected);
    }
  }

  /** Makes a value that checks itself; what it finds wrong joins the other problems. */
  <T> Optional<T> checked(Supplier<T> value) {
    try {
      return Optional.of(value.get());
    } catch (InvalidInputException e) {
      problems.add(String.valueOf(e.getMessage()));
      return Optional.empty();
    }
  }

  private Optional<Object> value(String name, String... others) {
    known.add(name);
    Optional<Object> found = Optional.ofNullable(params.get(name));
    for (String other : others) {
      known.add(other);
      Object same = params.get(other);
      if (same != null) {
        check(found.isEmpty(), other, shown(same), "none beside " + name);
        found = Optional.of(same);
      }
    }
    return found;
  }

  /**
   * Throws what was noted, and every unknown parameter. All must have been asked for before.
   *
   * @throws InvalidInputException with all problems
   */
  void end() {
    List<String> unknown = params.keySet().stream().filter(x -> !known.contains(x)).toList();
    for (String name : unknown) {
      problems.add("param of " + owner, name, "a known one" + hint(name));
    }
    if (!unknown.isEmpty()) {
      problems.add("known: " + String.join(", ", known));
    }
    problems.throwIfAny(InvalidInputException::new);
  }

  private String hint(String name) {
    return Optional.ofNullable(MEANT.get(name))
        .filter(known::contains)
        .or(() -> Nearest.to(name, known))
        .map(x -> "; did you mean " + x + "?")
        .orElse("");
  }

  private static String shown(Object value) {
    String text = Json.compact(value);
    return text.length() <= 80 ? text : text.substring(0, 80) + "…";
  }
}
