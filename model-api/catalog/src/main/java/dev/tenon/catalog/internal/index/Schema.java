package dev.tenon.catalog.internal.index;

import java.util.List;

/**
 * The tables of a database.
 *
 * @param version from 1, kept in the file as {@code user_version}
 * @param statements that make them
 */
public record Schema(int version, List<String> statements) {
  /** Copies. */
  public Schema {
    statements = List.copyOf(statements);
  }
}
