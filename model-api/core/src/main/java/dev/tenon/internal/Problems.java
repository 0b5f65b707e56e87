package dev.tenon.internal;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Collects what is wrong with one call, so that the caller learns all of it at once. Not
 * thread-safe.
 */
public final class Problems {
  private final List<String> found = new ArrayList<>();

  /** Formats one problem in the form that every message of Tenon has. */
  public static String problem(String what, @Nullable Object value, String expected) {
    return what + ": " + value + " (expected: " + expected + ")";
  }

  /** Notes a problem. */
  public void add(String what, @Nullable Object value, String expected) {
    found.add(problem(what, value, expected));
  }

  /** Notes a problem unless {@code holds}. */
  public void check(boolean holds, String what, @Nullable Object value, String expected) {
    if (!holds) {
      add(what, value, expected);
    }
  }

  /** Notes a problem that is already a sentence. */
  public void add(String sentence) {
    found.add(sentence);
  }

  /** True when nothing was noted. */
  public boolean isEmpty() {
    return found.isEmpty();
  }

  /** Throws one exception with all problems, separated by {@code "; "}, if there are any. */
  public void throwIfAny(Function<String, ? extends RuntimeException> exception) {
    if (!found.isEmpty()) {
      throw exception.apply(String.join("; ", found));
    }
  }
}
