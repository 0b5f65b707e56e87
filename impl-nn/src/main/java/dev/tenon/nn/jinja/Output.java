package dev.tenon.nn.jinja;

/** Text in the making, of a template or of a part that is kept back. Used by one thread. */
final class Output {
  private final StringBuilder text = new StringBuilder();
  private final Budget budget;

  Output(Budget budget) {
    this.budget = budget;
  }

  void print(String part) {
    budget.take(part.length());
    text.append(part);
  }

  /** In code points. */
  int length() {
    return text.codePointCount(0, text.length());
  }

  @Override
  public String toString() {
    return text.toString();
  }
}
