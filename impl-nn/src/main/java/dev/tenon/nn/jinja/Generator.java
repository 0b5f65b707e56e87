package dev.tenon.nn.jinja;

import java.util.Iterator;

/**
 * A sequence that is gone through once: Python's generators and iterators. It is always true and
 * has no length.
 */
final class Generator implements Iterator<Object> {
  private final Iterator<Object> rest;

  Generator(Iterator<Object> rest) {
    this.rest = rest;
  }

  @Override
  public boolean hasNext() {
    return rest.hasNext();
  }

  @Override
  public Object next() {
    return rest.next();
  }
}
