package dev.tenon.catalog.internal.yaml;

/** Line and column in a text, from 1. */
public record Place(int line, int column) {
  /** Where a text begins. */
  public static final Place START = new Place(1, 1);
}
