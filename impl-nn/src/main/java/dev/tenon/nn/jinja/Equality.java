package dev.tenon.nn.jinja;

import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Whether two values are equal, in a bounded number of steps. Used once. */
final class Equality {
  /** A list may be in another twice, and that one in a third twice. */
  private static final int STEPS = 1 << 22;

  private int steps;

  boolean equal(Object a, Object b) {
    if (++steps > STEPS) {
      throw new Fault("comparison of more than " + STEPS + " elements (expected: fewer)");
    }
    if (Types.isNumber(a) && Types.isNumber(b)) {
      return Types.compareNumbers(a, b) == 0;
    } else if (a instanceof List<?> x && b instanceof List<?> y) {
      return items(x, y);
    } else if (a instanceof Tuple x && b instanceof Tuple y) {
      return items(x.items(), y.items());
    } else if (a instanceof Map<?, ?> x && b instanceof Map<?, ?> y) {
      return x.size() == y.size()
          && x.entrySet().stream()
              .allMatch(e -> present(Objects.requireNonNull(e.getValue()), y.get(e.getKey())));
    }
    return (a instanceof Undefined && b instanceof Undefined) || a.equals(b);
  }

  private boolean present(Object value, @Nullable Object other) {
    return other != null && equal(value, other);
  }

  private boolean items(List<?> a, List<?> b) {
    if (a.size() != b.size()) {
      return false;
    }
    Iterator<?> others = b.iterator();
    for (Object each : a) {
      if (!equal(Objects.requireNonNull(each), Objects.requireNonNull(others.next()))) {
        return false;
      }
    }
    return true;
  }
}
