package dev.tenon.catalog.internal.index;

import dev.tenon.error.CheckpointException;
import dev.tenon.error.UnsupportedFeatureException;
import dev.tenon.internal.Problems;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import org.sqlite.SQLiteConfig;

/** Opens a file; a foreign one is left as it is. */
final class Connecting {
  /** How long a transaction waits for others. */
  static final Duration PATIENCE = Duration.ofMinutes(3);

  /** Marks the file as ours: "tenc". */
  private static final int APPLICATION = 0x74656e63;

  private static final int PAUSE_MILLIS = 20;

  private Connecting() {}

  static Connection open(Path file, Schema schema) throws SQLException {
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (true) {
      try {
        return attempt(file, schema);
      } catch (SQLException e) {
        // Two processes that make the file at once: SQLite does not wait here by itself.
        if (!SqlErrors.isBusy(e) || System.nanoTime() > end) {
          throw e;
        }
        pause(e);
      }
    }
  }

  private static void pause(SQLException busy) throws SQLException {
    try {
      Thread.sleep(PAUSE_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw busy;
    }
  }

  private static Connection attempt(Path file, Schema schema) throws SQLException {
    SQLiteConfig config = new SQLiteConfig();
    config.setBusyTimeout(Math.toIntExact(PATIENCE.toMillis()));
    config.enforceForeignKeys(true);
    Connection connection = config.createConnection("jdbc:sqlite:" + escaped(file));
    try {
      check(connection, file, schema);
      execute(connection, "PRAGMA journal_mode=WAL");
      execute(connection, "PRAGMA synchronous=FULL");
      make(connection, schema);
      return connection;
    } catch (SQLException | RuntimeException e) {
      connection.close();
      throw e;
    }
  }

  /** As a URI, for in a plain name the driver takes what follows a question mark for options. */
  private static String escaped(Path file) {
    String name = file.toAbsolutePath().toString().replace('\\', '/');
    String rooted = name.startsWith("/") ? name : "/" + name;
    return "file:" + rooted.replace("%", "%25").replace("?", "%3f").replace("#", "%23");
  }

  private static void check(Connection connection, Path file, Schema schema) throws SQLException {
    int version = number(connection, "PRAGMA user_version");
    int application = number(connection, "PRAGMA application_id");
    int tables = number(connection, "SELECT count(*) FROM sqlite_master");
    if (tables > 0 && application != APPLICATION) {
      throw new CheckpointException(
          Problems.problem(
              String.valueOf(file), "a database of another program", "the index of a store"));
    }
    if (version > schema.version()) {
      throw new UnsupportedFeatureException(
          Problems.problem(
              String.valueOf(file),
              "schema " + version,
              "at most " + schema.version() + "; a newer Tenon wrote it"));
    }
  }

  private static void make(Connection connection, Schema schema) throws SQLException {
    if (number(connection, "PRAGMA user_version") != 0) {
      return;
    }
    execute(connection, "BEGIN IMMEDIATE");
    // Another process may have been faster.
    if (number(connection, "PRAGMA user_version") == 0) {
      for (String statement : schema.statements()) {
        execute(connection, statement);
      }
      execute(connection, "PRAGMA application_id=" + APPLICATION);
      execute(connection, "PRAGMA user_version=" + schema.version());
    }
    execute(connection, "COMMIT");
  }

  private static int number(Connection connection, String sql) throws SQLException {
    return new Sql(connection).first(sql, row -> row.getInt(1)).orElse(0);
  }

  private static void execute(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }
}
