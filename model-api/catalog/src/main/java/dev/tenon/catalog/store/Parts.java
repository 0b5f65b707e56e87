package dev.tenon.catalog.store;

import dev.tenon.catalog.internal.content.Contents;
import dev.tenon.catalog.internal.content.Sessions;
import dev.tenon.catalog.internal.index.Database;
import dev.tenon.catalog.internal.index.Sql;
import dev.tenon.internal.Durable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.sql.SQLException;

/**
 * What an open store works with.
 *
 * @param home a real path
 * @param session of this open store
 * @param seen versions that were read
 */
record Parts(
    Path home,
    Database database,
    Contents contents,
    Sessions sessions,
    Sessions.Session session,
    Seen seen)
    implements AutoCloseable {
  /** What runs within a transaction. */
  @FunctionalInterface
  interface Work<T> {
    T run(Sql sql, Versions versions) throws SQLException, IOException;
  }

  /** Reads at one moment. */
  <T> T read(Work<T> work) {
    return run(() -> database.read(sql -> work.run(sql, versions(sql, seen))));
  }

  /** Writes all or nothing; what is seen meanwhile may be taken back. */
  <T> T write(Work<T> work) {
    return run(() -> database.write(sql -> work.run(sql, versions(sql, new Seen()))));
  }

  private Versions versions(Sql sql, Seen known) {
    return new Versions(sql, contents::tree, known);
  }

  /** Errors of the file system become typed ones that name the home. */
  <T> T run(Durable.Action<T> action) {
    return run(home, action);
  }

  static <T> T run(Path home, Durable.Action<T> action) {
    return Durable.run(
        home,
        "a store whose files can be read and written",
        () -> {
          try {
            return action.run();
          } catch (UncheckedIOException e) {
            throw e.getCause();
          }
        });
  }

  @Override
  public void close() throws IOException {
    try (database) {
      session.close();
    }
  }
}
