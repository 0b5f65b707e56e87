package dev.tenon.nn.jinja;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The arguments of a call. */
record Arguments(List<Object> positional, Map<String, Object> named) {
  static Arguments of(Object... values) {
    return new Arguments(List.of(values), Map.of());
  }

  /** The same after one more. */
  Arguments after(Object first) {
    List<Object> all = new ArrayList<>();
    all.add(first);
    all.addAll(positional);
    return new Arguments(all, named);
  }

  /** The same without the first ones. */
  Arguments from(int index) {
    return new Arguments(
        positional.subList(Math.min(index, positional.size()), positional.size()), named);
  }

  /** Arguments by the names of a function's parameters. */
  Bound bind(String function, String... parameters) {
    Map<String, Object> values = new LinkedHashMap<>();
    if (positional.size() > parameters.length) {
      throw new Fault(
          function
              + "() takes "
              + parameters.length
              + " arguments but "
              + positional.size()
              + " were given");
    }
    for (int i = 0; i < positional.size(); i++) {
      values.put(parameters[i], positional.get(i));
    }
    for (Map.Entry<String, Object> each : named.entrySet()) {
      if (!List.of(parameters).contains(each.getKey())) {
        throw new Fault(function + "() got an unexpected keyword argument '" + each.getKey() + "'");
      }
      if (values.put(each.getKey(), each.getValue()) != null) {
        throw new Fault(function + "() got multiple values for argument '" + each.getKey() + "'");
      }
    }
    return new Bound(function, values);
  }

  /** Values by parameter. */
  record Bound(String function, Map<String, Object> values) {
    Optional<Object> find(String parameter) {
      return Optional.ofNullable(values.get(parameter));
    }

    Object get(String parameter, Object otherwise) {
      return find(parameter).orElse(otherwise);
    }

    Object get(String parameter) {
      return find(parameter)
          .orElseThrow(
              () -> new Fault(function + "() missing a required argument: '" + parameter + "'"));
    }

    /** Absent, or None. */
    boolean isNone(String parameter) {
      return get(parameter, Nothing.NONE) == Nothing.NONE;
    }

    int index(String parameter, int otherwise) {
      return isNone(parameter) ? otherwise : Types.index(get(parameter));
    }

    String text(String parameter, String otherwise) {
      return isNone(parameter) ? otherwise : Types.text(get(parameter));
    }

    boolean flag(String parameter) {
      return Types.truth(get(parameter, false));
    }
  }
}
