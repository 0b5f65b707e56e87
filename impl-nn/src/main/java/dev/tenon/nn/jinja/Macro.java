package dev.tenon.nn.jinja;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A macro, or the body of a call block, with the scope it was defined in.
 *
 * @param name for messages
 * @param parameters its parameters
 * @param body what it prints
 * @param scope where it was defined
 */
record Macro(String name, Parameters parameters, Statement body, Scope scope)
    implements Callable, Attributes {
  /**
   * Parameters as written.
   *
   * @param defaults by parameter, of those that have one
   * @param used the names that the body reads; {@code varargs}, {@code kwargs} and {@code caller}
   *     are taken only by a macro that reads them
   */
  record Parameters(
      List<String> names, Map<String, Expression> defaults, java.util.Set<String> used) {}

  @Override
  public Optional<Object> attribute(String wanted) {
    return wanted.equals("name") ? Optional.of(name) : Optional.empty();
  }

  @Override
  public Object call(Arguments arguments, Run run) {
    Scope inside = scope.inner();
    Map<String, Object> named = new LinkedHashMap<>(arguments.named());
    List<String> names = parameters.names();
    bindParameters(arguments, named, inside);
    special("caller", named.remove("caller"), inside);
    boolean more = arguments.positional().size() > names.size();
    if (parameters.used().contains("varargs")) {
      inside.set("varargs", new Tuple(arguments.from(names.size()).positional()));
    } else if (more) {
      throw new Fault("macro '" + name + "' takes not more than " + names.size() + " argument(s)");
    }
    if (parameters.used().contains("kwargs")) {
      inside.set("kwargs", new LinkedHashMap<Object, Object>(named));
    } else if (!named.isEmpty()) {
      throw new Fault(
          "macro '"
              + name
              + "' takes no keyword argument '"
              + named.keySet().iterator().next()
              + "'");
    }
    Output output = new Output(run.budget());
    body.run(inside, output);
    return output.toString();
  }

  private void bindParameters(Arguments arguments, Map<String, Object> named, Scope inside) {
    List<String> names = parameters.names();
    for (int i = 0; i < names.size(); i++) {
      String parameter = names.get(i);
      Object value = named.remove(parameter);
      if (i < arguments.positional().size()) {
        value = arguments.positional().get(i);
      } else if (value == null && parameters.defaults().containsKey(parameter)) {
        value = parameters.defaults().get(parameter).value(inside);
      }
      Object missing = new Undefined("parameter '" + parameter + "' was not provided");
      inside.set(parameter, value == null ? missing : value);
    }
  }

  private void special(String parameter, @Nullable Object value, Scope inside) {
    if (!parameters.used().contains(parameter)) {
      if (value != null) {
        throw new Fault("macro '" + name + "' takes no keyword argument '" + parameter + "'");
      }
    } else {
      inside.set(parameter, value == null ? new Undefined("No caller defined") : value);
    }
  }
}
