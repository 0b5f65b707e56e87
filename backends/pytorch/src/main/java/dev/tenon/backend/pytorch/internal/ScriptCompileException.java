package dev.tenon.backend.pytorch.internal;

import dev.tenon.error.InvalidInputException;
import java.util.OptionalInt;

/** libtorch could not compile a script. The message keeps libtorch's own text. */
public final class ScriptCompileException extends InvalidInputException {

  private static final long serialVersionUID = 1L;

  // OptionalInt is not serialisable; 0 stands for none.
  private final int line;
  private final int column;

  ScriptCompileException(String message, OptionalInt line, OptionalInt column, Throwable cause) {
    super(message, cause);
    this.line = line.orElse(0);
    this.column = column.orElse(0);
  }

  /** Line in the methods given to {@code ScriptArchive.of}, from 1, where libtorch tells it. */
  public OptionalInt line() {
    return line > 0 ? OptionalInt.of(line) : OptionalInt.empty();
  }

  /** Column in that line without the part's common indentation, from 1. */
  public OptionalInt column() {
    return column > 0 ? OptionalInt.of(column) : OptionalInt.empty();
  }
}
