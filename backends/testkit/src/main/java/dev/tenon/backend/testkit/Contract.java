package dev.tenon.backend.testkit;

import dev.tenon.error.EngineClosedException;
import dev.tenon.internal.Problems;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** How a broken contract is told. */
final class Contract {
  private Contract() {}

  static void check(boolean holds, String call, @Nullable Object found, String expected) {
    if (!holds) {
      throw new AssertionError("contract of " + Problems.problem(call, found, expected));
    }
  }

  /** A call that must be refused because its owner is closed. */
  static <T> T refusedAfterClose(String call, Supplier<T> action) {
    try {
      T unused = action.get();
    } catch (EngineClosedException e) {
      throw e;
    } catch (RuntimeException e) {
      throw new AssertionError(
          "contract of " + Problems.problem(call, e, "EngineClosedException after close"), e);
    }
    throw new AssertionError(
        "contract of " + Problems.problem(call, "a result", "EngineClosedException after close"));
  }
}
