package dev.tenon.spec;

import dev.tenon.error.InvalidInputException;
import dev.tenon.internal.Problems;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * A model to create, as configuration: {@code {type, args, wrappers}}.
 *
 * @param type the registered name
 * @param args arguments for its factory
 * @param wrappers what to wrap around it, innermost first
 */
public record ModelConfig(String type, Arguments args, List<Wrapper> wrappers) {
  /** Copies. */
  public ModelConfig {
    wrappers = List.copyOf(wrappers);
  }

  /** A configuration without wrappers. */
  public static ModelConfig of(String type, Arguments args) {
    return new ModelConfig(type, args, List.of());
  }

  /** The same with one more wrapper, around all that is there. */
  public ModelConfig wrappedIn(String wrapper, Arguments wrapperArgs) {
    List<Wrapper> more = new ArrayList<>(wrappers);
    more.add(new Wrapper(wrapper, wrapperArgs));
    return new ModelConfig(type, args, more);
  }

  /**
   * Reads the form {@code {type: String, args: Map, wrappers: [{type, args}]}}; {@code args} and
   * {@code wrappers} may be missing.
   *
   * @throws InvalidInputException with every problem found
   */
  public static ModelConfig fromMap(Map<String, ?> map) {
    Problems problems = new Problems();
    unknownKeys(map, Set.of("type", "args", "wrappers"), "model", problems);
    String type = type(map, "model", problems);
    Arguments args = args(map, "model", problems);
    List<Wrapper> wrappers = wrappers(map, problems);
    problems.throwIfAny(InvalidInputException::new);
    return new ModelConfig(type, args, wrappers);
  }

  private static List<Wrapper> wrappers(Map<String, ?> map, Problems problems) {
    Object value = map.get("wrappers");
    if (value == null) {
      return List.of();
    }
    if (!(value instanceof List<?> list) || !list.stream().allMatch(Map.class::isInstance)) {
      problems.add("wrappers", value, "a list of {type, args}");
      return List.of();
    }
    return list.stream().map(x -> wrapper(strings((Map<?, ?>) x), problems)).toList();
  }

  private static Wrapper wrapper(Map<String, ?> map, Problems problems) {
    unknownKeys(map, Set.of("type", "args"), "wrapper", problems);
    return new Wrapper(type(map, "wrapper", problems), args(map, "wrapper", problems));
  }

  private static String type(Map<String, ?> map, String owner, Problems problems) {
    Object value = map.get("type");
    problems.check(value instanceof String, owner + " type", value, "a registered name");
    return String.valueOf(value);
  }

  private static Arguments args(Map<String, ?> map, String owner, Problems problems) {
    Object value = map.get("args");
    if (value instanceof Map<?, ?> values) {
      return Arguments.of(strings(values));
    }
    problems.check(value == null, owner + " args", value, "a map");
    return Arguments.none();
  }

  private static Map<String, ?> strings(Map<?, ?> map) {
    Map<String, Object> copy = new LinkedHashMap<>();
    map.forEach((key, value) -> copy.put(String.valueOf(key), value));
    return copy;
  }

  private static void unknownKeys(
      Map<String, ?> map, Set<String> known, String owner, Problems problems) {
    Set<String> unknown =
        map.keySet().stream().filter(x -> !known.contains(x)).collect(Collectors.toSet());
    problems.check(unknown.isEmpty(), owner + " keys", unknown, "only " + known);
  }

  /**
   * A wrapper to apply.
   *
   * @param type the registered name
   * @param args its arguments
   */
  public record Wrapper(String type, Arguments args) {}
}
