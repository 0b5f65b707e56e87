package dev.tenon.catalog.internal.index;

import dev.tenon.error.EngineClosedException;
import dev.tenon.internal.Problems;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.locks.ReentrantLock;

/**
 * An SQLite file that several threads and processes use at once: one connection that writes and one
 * that reads, so that readers never wait for a writer. Every write is one transaction that no other
 * one, here or in another process, overlaps. Errors of SQLite become typed ones that name the file.
 * Safe for threads.
 */
public final class Database implements AutoCloseable {
  private final Path file;
  private final Side writer;
  private final Side reader;

  /** What a transaction does. */
  @FunctionalInterface
  public interface Work<T> {
    T run(Sql sql) throws SQLException, IOException;
  }

  private static final class Side {
    private final Connection connection;
    private final ReentrantLock lock = new ReentrantLock(true);

    Side(Connection connection) {
      this.connection = connection;
    }
  }

  private Database(Path file, Connection writer, Connection reader) {
    this.file = file;
    this.writer = new Side(writer);
    this.reader = new Side(reader);
  }

  /**
   * Opens a file, and makes it if it is missing.
   *
   * @throws dev.tenon.error.UnsupportedFeatureException if a newer program made it
   * @throws dev.tenon.error.CheckpointException if it is something else or cannot be used
   */
  public static Database open(Path file, Schema schema) {
    try {
      Connection writer = Connecting.open(file, schema);
      try {
        return new Database(file, writer, Connecting.open(file, schema));
      } catch (SQLException | RuntimeException e) {
        writer.close();
        throw e;
      }
    } catch (SQLException e) {
      throw SqlErrors.typed(file, e);
    }
  }

  /** Reads at one moment: what others write meanwhile is not seen. */
  public <T> T read(Work<T> work) throws IOException {
    return run(reader, "BEGIN", work);
  }

  /** Writes all or nothing. Waits for the writers of other threads and processes. */
  public <T> T write(Work<T> work) throws IOException {
    return run(writer, "BEGIN IMMEDIATE", work);
  }

  private <T> T run(Side side, String begin, Work<T> work) throws IOException {
    side.lock.lock();
    try {
      if (side.connection.isClosed()) {
        throw new EngineClosedException(
            Problems.problem(String.valueOf(file), "closed", "an open store"));
      }
      execute(side.connection, begin);
      return committed(side.connection, work);
    } catch (SQLException e) {
      throw SqlErrors.typed(file, e);
    } finally {
      side.lock.unlock();
    }
  }

  private static <T> T committed(Connection connection, Work<T> work)
      throws SQLException, IOException {
    Sql sql = new Sql(connection);
    try {
      T result = work.run(sql);
      execute(connection, "COMMIT");
      return result;
    } catch (SQLException | IOException | RuntimeException | Error e) {
      sql.undo(e);
      rollBack(connection, e);
      throw e;
    }
  }

  private static void rollBack(Connection connection, Throwable failure) {
    try {
      execute(connection, "ROLLBACK");
    } catch (SQLException e) {
      // After some errors SQLite has rolled back by itself and says that there is nothing to do.
      failure.addSuppressed(e);
    }
  }

  private static void execute(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  /** Closes; waits for what runs. Again is harmless. */
  @Override
  public void close() {
    close(reader);
    close(writer);
  }

  private void close(Side side) {
    side.lock.lock();
    try {
      side.connection.close();
    } catch (SQLException e) {
      throw SqlErrors.typed(file, e);
    } finally {
      side.lock.unlock();
    }
  }
}
