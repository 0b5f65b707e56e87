package dev.tenon.nn.jinja;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** What {@code namespace(...)} makes: values that a template may change. Used by one thread. */
final class Namespace implements Attributes {
  private final Map<String, Object> values = new HashMap<>();

  void put(String name, Object value) {
    if (name.startsWith("_")) {
      throw new Fault("namespace attribute '" + name + "' (expected: a name without _ in front)");
    }
    values.put(name, value);
  }

  @Override
  public Optional<Object> attribute(String name) {
    return Optional.ofNullable(values.get(name));
  }
}
