package dev.tenon.backend.pytorch;

import dev.tenon.error.EngineClosedException;
import dev.tenon.error.InvalidInputException;
import dev.tenon.internal.Problems;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** Lets one thread at a time into an engine and names both when a second one comes. Safe for threads. */
final class CallGuard {
  private final String owner;
  private final AtomicReference<@Nullable Thread> inside = new AtomicReference<>();
  private volatile boolean closed;

  CallGuard(String owner) {
    this.owner = owner;
  }

  /** Enters; closing the result leaves. */
  Pass enter() {
    Thread me = Thread.currentThread();
    Thread other = inside.compareAndExchange(null, me);
    if (other != null) {
      throw new InvalidInputException(
          Problems.problem(
              "concurrent call of " + owner,
              "thread " + me.getName() + " while thread " + other.getName() + " is inside",
              "one thread at a time"));
    }
    if (closed) {
      inside.set(null);
      throw new EngineClosedException(Problems.problem(owner, "closed", "open"));
    }
    return () -> inside.set(null);
  }

  /** Runs the closing action once, with nobody inside. */
  void close(Runnable action) {
    if (closed) {
      return;
    }
    try (Pass pass = enter()) {
      closed = true;
      action.run();
    }
  }

  /** A thread's stay. */
  interface Pass extends AutoCloseable {
    @Override
    void close();
  }
}
