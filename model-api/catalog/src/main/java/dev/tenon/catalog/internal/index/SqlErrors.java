package dev.tenon.catalog.internal.index;

import dev.tenon.error.CheckpointException;
import dev.tenon.error.DeadlineExceededException;
import dev.tenon.error.TenonException;
import dev.tenon.internal.Problems;
import java.nio.file.Path;
import java.sql.SQLException;

/** What an error of SQLite tells the user (https://www.sqlite.org/rescode.html). */
final class SqlErrors {
  private static final int BUSY = 5;
  private static final int LOCKED = 6;
  private static final int READ_ONLY = 8;
  private static final int CORRUPT = 11;
  private static final int FULL = 13;
  private static final int CANNOT_OPEN = 14;
  private static final int NOT_A_DATABASE = 26;

  private SqlErrors() {}

  static boolean isBusy(SQLException e) {
    return code(e) == BUSY || code(e) == LOCKED;
  }

  static TenonException typed(Path file, SQLException e) {
    String message = Problems.problem(String.valueOf(file), e.getMessage(), expected(e));
    return isBusy(e)
        ? new DeadlineExceededException(message, e)
        : new CheckpointException(message, e);
  }

  private static String expected(SQLException e) {
    return switch (code(e)) {
      case BUSY, LOCKED -> "other processes to be done within " + Connecting.PATIENCE;
      case READ_ONLY, CANNOT_OPEN -> "a file in a directory that can be written";
      case CORRUPT, NOT_A_DATABASE -> "a whole index of a store";
      case FULL -> "space on the disk";
      default -> "a file that can be read and written";
    };
  }

  private static int code(SQLException e) {
    return e.getErrorCode() & 0xff;
  }
}
