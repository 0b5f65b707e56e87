package dev.tenon.nn.jinja;

/** What has a value. Immutable; evaluated by any number of renderings at once. */
abstract class Expression {
  private final int line;

  Expression(int line) {
    this.line = line;
  }

  final int line() {
    return line;
  }

  /** The value in a scope; a fault carries the line. */
  final Object value(Scope scope) {
    scope.budget().enter();
    try {
      return compute(scope);
    } catch (Fault e) {
      throw e.at(line);
    } finally {
      scope.budget().leave();
    }
  }

  abstract Object compute(Scope scope);
}
