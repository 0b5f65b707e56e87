package dev.tenon.catalog.internal.index;

import java.io.IOException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Statements within one transaction. Used by the thread that runs it. */
public final class Sql {
  private final Connection connection;
  private final Deque<Undo> undos = new ArrayDeque<>();

  Sql(Connection connection) {
    this.connection = connection;
  }

  /** Makes a value of a row. */
  @FunctionalInterface
  public interface Row<T> {
    T read(ResultSet row) throws SQLException;
  }

  /** Takes back what a transaction did outside of the database. */
  @FunctionalInterface
  public interface Undo {
    void run() throws IOException;
  }

  /** Runs this if the transaction fails, the last one first, while others still wait. */
  public void onFailure(Undo undo) {
    undos.push(undo);
  }

  void undo(Throwable failure) {
    for (Undo undo : undos) {
      try {
        undo.run();
      } catch (IOException | RuntimeException e) {
        failure.addSuppressed(e);
      }
    }
  }

  /** Runs a statement; how many rows it changed. */
  public int update(String sql, @Nullable Object... arguments) throws SQLException {
    try (PreparedStatement statement = prepared(sql, arguments)) {
      return statement.executeUpdate();
    }
  }

  /** Inserts a row; its id. */
  public long insert(String sql, @Nullable Object... arguments) throws SQLException {
    update(sql, arguments);
    return first("SELECT last_insert_rowid()", row -> row.getLong(1)).orElseThrow();
  }

  /** Runs one statement for many rows. */
  public void batch(String sql, Iterable<? extends List<?>> rows) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      for (List<?> row : rows) {
        bind(statement, row.toArray());
        statement.addBatch();
      }
      statement.executeBatch();
    }
  }

  /** All rows. */
  public <T> List<T> all(String sql, Row<T> reader, @Nullable Object... arguments)
      throws SQLException {
    List<T> all = new ArrayList<>();
    try (PreparedStatement statement = prepared(sql, arguments);
        ResultSet rows = statement.executeQuery()) {
      while (rows.next()) {
        all.add(reader.read(rows));
      }
    }
    return all;
  }

  /** The first row, if there is one. */
  public <T> Optional<T> first(String sql, Row<T> reader, @Nullable Object... arguments)
      throws SQLException {
    return all(sql, reader, arguments).stream().findFirst();
  }

  /** Whether there is a row. */
  public boolean any(String sql, @Nullable Object... arguments) throws SQLException {
    return first(sql, row -> true, arguments).isPresent();
  }

  private PreparedStatement prepared(String sql, @Nullable Object... arguments)
      throws SQLException {
    PreparedStatement statement = connection.prepareStatement(sql);
    bind(statement, arguments);
    return statement;
  }

  private static void bind(PreparedStatement statement, @Nullable Object... arguments)
      throws SQLException {
    for (int i = 0; i < arguments.length; i++) {
      statement.setObject(i + 1, arguments[i]);
    }
  }
}
