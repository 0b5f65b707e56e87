package dev.tenon.nn.jinja;

/** What is wrong with a template or what it does, and in which line of it. */
final class Fault extends RuntimeException {
  private static final long serialVersionUID = 1L;
  private final int line;

  Fault(String message) {
    this(message, 0);
  }

  /**
   * Creates the fault.
   *
   * @param line from 1; 0 where it is not known yet
   */
  Fault(String message, int line) {
    super(message, null, false, false);
    this.line = line;
  }

  /** The same with a line, if it has none yet. */
  Fault at(int known) {
    return line > 0 ? this : new Fault(message(), known);
  }

  String message() {
    return String.valueOf(getMessage());
  }

  int line() {
    return line;
  }
}
