package dev.tenon.internal;

import dev.tenon.error.EngineClosedException;
import dev.tenon.error.InvalidInputException;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Lets one thread at a time into an engine and names both when a second one comes. Safe for
 * threads.
 */
public final class CallGuard {
  private final String owner;
  private final AtomicReference<@Nullable Thread> inside = new AtomicReference<>();
  private volatile boolean closed;

  /**
   * A guard with nobody inside.
   *
   * @param owner what is guarded, for messages: {@code engine of LlamaForCausalLM}
   */
  public CallGuard(String owner) {
    this.owner = owner;
  }

  /**
   * Enters; closing the result leaves.
   *
   * @throws InvalidInputException naming both threads if another one is inside
   * @throws EngineClosedException after {@link #close}
   */
  public Pass enter() {
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

  /** Runs the closing action once, with nobody inside; the second call does nothing. */
  public void close(Runnable action) {
    if (closed) {
      return;
    }
    try (Pass pass = enter()) {
      closed = true;
      action.run();
    }
  }

  /** A thread's stay. */
  public interface Pass extends AutoCloseable {
    @Override
    void close();
  }
}
