package dev.tenon.nn.jinja;

import java.util.Optional;

/** A value with named parts of its own, such as {@code loop}. */
interface Attributes {
  Optional<Object> attribute(String name);
}
