package dev.tenon.nn.jinja;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/** The methods of lists, tuples and dicts; those that would change one are not handed out. */
final class Methods {
  private static final Set<String> UNSAFE_LIST =
      Set.of("append", "clear", "extend", "insert", "pop", "remove", "reverse", "sort");
  private static final Set<String> UNSAFE_MAP =
      Set.of("clear", "pop", "popitem", "setdefault", "update");

  private Methods() {}

  /** An attribute of a value that is no key of it: a method, or a part of its own. */
  static Optional<Object> find(Object value, String name) {
    if (value instanceof String text) {
      return StringMethods.find(text, name).map(x -> (Object) x);
    } else if (value instanceof List<?> items) {
      return UNSAFE_LIST.contains(name)
          ? Optional.of(Undefined.unsafe(value, name))
          : list(items, name);
    } else if (value instanceof Tuple tuple) {
      return name.equals("copy") ? Optional.empty() : list(tuple.items(), name);
    } else if (value instanceof Map<?, ?> map) {
      return UNSAFE_MAP.contains(name)
          ? Optional.of(Undefined.unsafe(value, name))
          : map(map, name);
    } else if (value instanceof Attributes parts) {
      return parts.attribute(name);
    }
    return Optional.empty();
  }

  private static Optional<Object> list(List<?> items, String name) {
    Callable method =
        switch (name) {
          case "index" ->
              (given, run) -> {
                Object wanted = given.bind(name, "value").get("value");
                for (int i = 0; i < items.size(); i++) {
                  if (Types.equal(Objects.requireNonNull(items.get(i)), wanted)) {
                    return (long) i;
                  }
                }
                throw new Fault(Printing.repr(wanted) + " is not in list");
              };
          case "count" ->
              (given, run) -> {
                Object wanted = given.bind(name, "value").get("value");
                return items.stream()
                    .filter(x -> Types.equal(Objects.requireNonNull(x), wanted))
                    .count();
              };
          case "copy" -> (given, run) -> Types.list(items, run);
          default -> Methods::none;
        };
    return found(name, method, Set.of("index", "count", "copy"));
  }

  private static Optional<Object> map(Map<?, ?> map, String name) {
    Callable method =
        switch (name) {
          case "items" -> (given, run) -> items(map, run);
          case "keys" -> (given, run) -> new ArrayList<Object>(map.keySet());
          case "values" -> (given, run) -> new ArrayList<Object>(map.values());
          case "copy" -> (given, run) -> new java.util.LinkedHashMap<Object, Object>(map);
          case "get" ->
              (given, run) -> {
                Arguments.Bound bound = given.bind(name, "key", "default");
                Object value = map.get(Types.key(bound.get("key")));
                return value == null ? bound.get("default", Nothing.NONE) : value;
              };
          default -> Methods::none;
        };
    return found(name, method, Set.of("items", "keys", "values", "copy", "get"));
  }

  static List<Object> items(Map<?, ?> map, Run run) {
    List<Object> items = new ArrayList<>();
    for (Map.Entry<?, ?> each : map.entrySet()) {
      run.budget().step();
      items.add(
          Tuple.of(Objects.requireNonNull(each.getKey()), Objects.requireNonNull(each.getValue())));
    }
    return items;
  }

  private static Optional<Object> found(String name, Callable method, Set<String> names) {
    return names.contains(name) ? Optional.of(method) : Optional.empty();
  }

  private static Object none(Arguments arguments, Run run) {
    return Nothing.NONE;
  }
}
