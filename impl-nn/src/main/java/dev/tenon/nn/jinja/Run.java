package dev.tenon.nn.jinja;

import dev.tenon.chat.RenderedChat.Part;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** One rendering: its variables, its limits, what was printed so far. Used by one thread. */
final class Run {
  private final Budget budget = new Budget();
  private final Output output = new Output(budget);
  private final List<Part> generated = new ArrayList<>();
  private final Map<String, Object> variables;
  private final Map<String, Object> globals;

  Run(Map<String, Object> variables, Clock clock) {
    this.variables = variables;
    this.globals = Globals.of(clock);
  }

  Budget budget() {
    return budget;
  }

  /** What the template prints. */
  Output output() {
    return output;
  }

  /** The code points of the output that generation blocks printed. */
  List<Part> generated() {
    return generated;
  }

  /** A variable that was given, else a global one, else undefined. */
  Object variable(String name) {
    Object value = variables.get(name);
    value = value == null ? globals.get(name) : value;
    return value == null ? Undefined.name(name) : value;
  }

  /** Calls a value. */
  Object call(Object function, Arguments arguments) {
    if (function instanceof Undefined undefined) {
      throw undefined.fault();
    }
    if (function instanceof Callable callable) {
      return callable.call(arguments, this);
    }
    throw new Fault("'" + Types.name(function) + "' object is not callable");
  }
}
