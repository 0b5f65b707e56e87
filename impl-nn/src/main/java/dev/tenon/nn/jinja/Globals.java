package dev.tenon.nn.jinja;

import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The functions that every template can call: jinja2's, and those that transformers adds. */
final class Globals {
  private Globals() {}

  static Map<String, Object> of(Clock clock) {
    return Map.of(
        "range", (Callable) Globals::range,
        "dict", (Callable) Globals::dict,
        "namespace", (Callable) Globals::namespace,
        "cycler", (Callable) Globals::cycler,
        "joiner", (Callable) Globals::joiner,
        "raise_exception", (Callable) Globals::raise,
        "strftime_now",
            (Callable)
                (given, run) ->
                    Strftime.format(
                        Types.text(given.bind("strftime_now", "format").get("format")), clock));
  }

  private static Object raise(Arguments given, Run run) {
    throw new Fault(Printing.str(given.bind("raise_exception", "message").get("message")));
  }

  private static Object range(Arguments given, Run run) {
    List<Integer> bounds = given.positional().stream().map(Types::index).toList();
    return switch (bounds.size()) {
      case 1 -> new Range(0, bounds.get(0), 1);
      case 2 -> new Range(bounds.get(0), bounds.get(1), 1);
      case 3 -> new Range(bounds.get(0), bounds.get(1), bounds.get(2));
      default -> throw new Fault("range expected 1 to 3 arguments, got " + bounds.size());
    };
  }

  private static Object dict(Arguments given, Run run) {
    Map<Object, Object> map = new LinkedHashMap<>();
    for (Object source : given.positional()) {
      List<Object> pairs =
          source instanceof Map<?, ?> other ? Methods.items(other, run) : Types.list(source, run);
      for (Object pair : pairs) {
        List<Object> two = Types.list(pair, run);
        if (two.size() != 2) {
          throw new Fault("dictionary update sequence element has length " + two.size());
        }
        map.put(Types.key(two.get(0)), two.get(1));
      }
    }
    map.putAll(given.named());
    return map;
  }

  private static Object namespace(Arguments given, Run run) {
    Namespace namespace = new Namespace();
    Map<?, ?> values = (Map<?, ?>) dict(given, run);
    for (Map.Entry<?, ?> each : values.entrySet()) {
      namespace.put(String.valueOf(each.getKey()), each.getValue());
    }
    return namespace;
  }

  /** Gives its values in turn. */
  private static Object cycler(Arguments given, Run run) {
    List<Object> values = given.positional();
    if (values.isEmpty()) {
      throw new Fault("at least one item has to be provided");
    }
    int[] place = {0};
    return (Attributes)
        name ->
            switch (name) {
              case "current" -> Optional.of(values.get(place[0]));
              case "next" ->
                  Optional.of(
                      (Callable)
                          (none, inner) -> {
                            Object value = values.get(place[0]);
                            place[0] = (place[0] + 1) % values.size();
                            return value;
                          });
              case "reset" ->
                  Optional.of(
                      (Callable)
                          (none, inner) -> {
                            place[0] = 0;
                            return Nothing.NONE;
                          });
              default -> Optional.empty();
            };
  }

  /** Gives nothing at its first call, then its separator. */
  private static Object joiner(Arguments given, Run run) {
    Object separator = given.bind("joiner", "sep").get("sep", ", ");
    boolean[] used = {false};
    return (Callable)
        (none, inner) -> {
          boolean before = used[0];
          used[0] = true;
          return before ? separator : "";
        };
  }
}
