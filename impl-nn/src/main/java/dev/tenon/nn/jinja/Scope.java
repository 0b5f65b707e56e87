package dev.tenon.nn.jinja;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** Names and what they stand for, inside another scope or at the top. Used by one thread. */
final class Scope {
  private final Map<String, Object> values = new HashMap<>();
  private final Optional<Scope> outer;
  private final Run run;

  /** The scope of a whole template. */
  Scope(Run run) {
    this.run = run;
    this.outer = Optional.empty();
  }

  private Scope(Scope outer) {
    this.run = outer.run;
    this.outer = Optional.of(outer);
  }

  /** A scope inside this one: what it sets is not seen outside. */
  Scope inner() {
    return new Scope(this);
  }

  Run run() {
    return run;
  }

  Budget budget() {
    return run.budget();
  }

  void set(String name, Object value) {
    values.put(name, value);
  }

  Object get(String name) {
    for (Optional<Scope> each = Optional.of(this); each.isPresent(); each = each.get().outer) {
      Object value = each.get().values.get(name);
      if (value != null) {
        return value;
      }
    }
    return run.variable(name);
  }
}
