package dev.tenon.nn.jinja;

/**
 * What a rendering may take, so that a template from outside ends soon and fills no memory. Used by
 * one thread.
 */
final class Budget {
  private static final long STEPS = 20_000_000;
  private static final long CHARACTERS = 256L << 20;
  private static final int DEPTH = 500;

  private long steps = STEPS;
  private long characters = CHARACTERS;
  private int depth;

  /** Begins a step within others. */
  void enter() {
    if (++depth > DEPTH) {
      depth = 0;
      throw new Fault("nested calls: more than " + DEPTH + " (expected: fewer)");
    }
    step();
  }

  void leave() {
    depth--;
  }

  /** One element of work. */
  void step() {
    if (--steps < 0) {
      throw new Fault("steps: more than " + STEPS + " (expected: fewer)");
    }
  }

  /** Text or list elements to be made or looked through. Asked before the memory is. */
  void take(long count) {
    characters -= count;
    if (characters < 0 || count < 0) {
      throw new Fault("text made: more than " + CHARACTERS + " characters (expected: fewer)");
    }
  }
}
