package dev.tenon.catalog.store;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;

/** Triggers in an index: a version takes minutes to insert, or cannot be inserted. */
final class SlowRows {
  private SlowRows() {}

  static void on(Path home) throws SQLException {
    execute(
        home,
        """
        CREATE VIEW minutes AS
        WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < 2000000000)
        SELECT count(*) AS c FROM n\
        """,
        "CREATE TRIGGER slow AFTER INSERT ON version BEGIN SELECT c FROM minutes; END");
  }

  static void off(Path home) throws SQLException {
    execute(home, "DROP TRIGGER slow", "DROP VIEW minutes");
  }

  static void refuse(Path home) throws SQLException {
    execute(
        home,
        "CREATE TRIGGER refused AFTER INSERT ON version BEGIN SELECT RAISE(ABORT, 'full'); END");
  }

  static void allow(Path home) throws SQLException {
    execute(home, "DROP TRIGGER refused");
  }

  static void execute(Path home, String... statements) throws SQLException {
    try (Connection connection =
            DriverManager.getConnection("jdbc:sqlite:" + home.resolve("store.db"));
        Statement statement = connection.createStatement()) {
      statement.execute("PRAGMA busy_timeout = 60000");
      for (String sql : statements) {
        statement.execute(sql);
      }
    }
  }
}
