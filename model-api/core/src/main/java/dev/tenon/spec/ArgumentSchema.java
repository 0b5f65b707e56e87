package dev.tenon.spec;

import dev.tenon.error.InvalidInputException;
import dev.tenon.internal.Nearest;
import dev.tenon.internal.Problems;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * The arguments that a registered name takes. Immutable; the {@code with} methods return a longer
 * schema.
 *
 * @param known every argument by name, in order
 */
public record ArgumentSchema(Map<String, Argument> known) {
  /** Copies, keeping the order. */
  public ArgumentSchema {
    known = Collections.unmodifiableMap(new LinkedHashMap<>(known));
  }

  /** A schema without arguments. */
  public static ArgumentSchema none() {
    return new ArgumentSchema(Map.of());
  }

  /**
   * This schema with an argument that must be given. {@code aliases} are other spellings that users
   * try, for suggestions.
   */
  public ArgumentSchema required(String name, Class<?> type, String... aliases) {
    return with(new Argument(name, type, true, List.of(aliases)));
  }

  /**
   * This schema with an argument that may be given. {@code aliases} are other spellings that users
   * try, for suggestions.
   */
  public ArgumentSchema optional(String name, Class<?> type, String... aliases) {
    return with(new Argument(name, type, false, List.of(aliases)));
  }

  private ArgumentSchema with(Argument argument) {
    Map<String, Argument> copy = new LinkedHashMap<>(known);
    if (copy.put(argument.name(), argument) != null) {
      throw new InvalidInputException(
          Problems.problem("argument", argument.name(), "declared once"));
    }
    return new ArgumentSchema(copy);
  }

  /**
   * Checks arguments against this schema.
   *
   * @param owner whose arguments they are, for the message
   * @throws InvalidInputException listing every unknown, missing and mistyped argument, the known
   *     ones, and the nearest name
   */
  public void check(String owner, Arguments arguments) {
    Problems problems = new Problems();
    for (String name : arguments.asMap().keySet()) {
      Argument argument = known.get(name);
      if (argument == null) {
        problems.add("argument of " + owner, name, "one of " + describe() + suggestion(name));
      } else if (!arguments.convertible(name, argument.type())) {
        problems.add(
            "argument " + name + " of " + owner,
            arguments.asMap().get(name),
            argument.type().getSimpleName());
      }
    }
    for (Argument argument : known.values()) {
      if (argument.required() && !arguments.has(argument.name())) {
        problems.add(
            "argument " + argument.name() + " of " + owner,
            "missing",
            "a " + argument.type().getSimpleName());
      }
    }
    problems.throwIfAny(InvalidInputException::new);
  }

  private String describe() {
    return known.values().stream().map(Argument::name).collect(Collectors.joining(", ", "[", "]"));
  }

  private String suggestion(String name) {
    for (Argument argument : known.values()) {
      if (argument.aliases().contains(name)) {
        return "; did you mean " + argument.name() + "?";
      }
    }
    return Nearest.to(name, new ArrayList<>(known.keySet()))
        .map(x -> "; did you mean " + x + "?")
        .orElse("");
  }

  /**
   * One argument.
   *
   * @param name its name
   * @param type String, Path, Boolean, Integer, Long, Double, List or Map
   * @param required whether it must be given
   * @param aliases other spellings, such as HuggingFace's, that lead to a suggestion
   */
  public record Argument(String name, Class<?> type, boolean required, List<String> aliases) {
    /** Copies. */
    public Argument {
      aliases = List.copyOf(aliases);
    }
  }
}
