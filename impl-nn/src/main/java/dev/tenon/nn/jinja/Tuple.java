package dev.tenon.nn.jinja;

import java.util.List;

/** Python's tuple, which equals no list. */
record Tuple(List<Object> items) {
  Tuple {
    items = List.copyOf(items);
  }

  static Tuple of(Object... items) {
    return new Tuple(List.of(items));
  }
}
