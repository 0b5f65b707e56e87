package dev.tenon.nn.jinja;

/** What does something. Immutable; run by any number of renderings at once. */
abstract class Statement {
  private final int line;

  Statement(int line) {
    this.line = line;
  }

  /** How a statement ends: on to the next one, or out of the loop around it. */
  enum Flow {
    NEXT,
    BREAK,
    CONTINUE
  }

  final int line() {
    return line;
  }

  /** Runs it in a scope; a fault carries the line. */
  final Flow run(Scope scope, Output output) {
    scope.budget().enter();
    try {
      return execute(scope, output);
    } catch (Fault e) {
      throw e.at(line);
    } finally {
      scope.budget().leave();
    }
  }

  abstract Flow execute(Scope scope, Output output);
}
