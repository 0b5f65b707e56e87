package dev.tenon.modelinterface;

import dev.tenon.error.EngineClosedException;
import dev.tenon.error.QueueFullException;
import dev.tenon.internal.Problems;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/**
 * The calls that wait, the one that runs, and the loop that runs them. Replies are completed
 * outside of the lock, because strangers' code hangs on them. Safe for threads.
 */
final class WorkQueue {
  private final String owner;
  private final int limit;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final Deque<Work<?>> waiting = new ArrayDeque<>();
  private Optional<Running> running = Optional.empty();
  private boolean open = true;

  WorkQueue(String owner, int limit) {
    this.owner = owner;
    this.limit = limit;
  }

  /** Queues a call; a refusal is in the future. */
  <T> CompletableFuture<T> add(Work<T> work) {
    Optional<RuntimeException> refusal = locked(() -> tryAdd(work));
    if (refusal.isPresent()) {
      work.reply().completeExceptionally(refusal.get());
    } else {
      work.reply().afterwards(() -> drop(work));
      work.startClock();
    }
    return work.reply();
  }

  private Optional<RuntimeException> tryAdd(Work<?> work) {
    if (!open) {
      return Optional.of(closed(work));
    }
    if (waiting.size() == limit) {
      return Optional.of(
          new QueueFullException(
              Problems.problem(
                  work.verb() + " on the " + owner,
                  waiting.size() + " calls wait",
                  "fewer than " + limit)));
    }
    waiting.add(work);
    changed.signalAll();
    return Optional.empty();
  }

  /** Nobody waits for this call any more; ends it if it has not ended yet. */
  private void drop(Work<?> work) {
    locked(
        () -> {
          waiting.remove(work);
          running.filter(x -> x.work().equals(work)).ifPresent(Running::interrupt);
          return work;
        });
  }

  /** Runs the calls on this thread until the queue is closed. */
  void run() {
    for (Optional<Running> next = take(); next.isPresent(); next = take()) {
      Runnable outcome = next.get().work().run();
      ended();
      outcome.run();
    }
  }

  private Optional<Running> take() {
    return locked(
        () -> {
          while (waiting.isEmpty() && open) {
            changed.awaitUninterruptibly();
          }
          running = Optional.ofNullable(waiting.poll()).map(Running::here);
          return running;
        });
  }

  /** From here on nobody interrupts for the sake of this call; an interrupt until now is over. */
  private void ended() {
    locked(
        () -> {
          running = Optional.empty();
          changed.signalAll();
          return Thread.interrupted();
        });
  }

  /** Takes no more calls and waits until none is left, or the time is up, or it is interrupted. */
  void drain(Duration atMost) {
    lock.lock();
    try {
      open = false;
      changed.signalAll();
      long nanos = Work.saturatedNanos(atMost);
      while (nanos > 0 && (!waiting.isEmpty() || running.isPresent())) {
        nanos = changed.awaitNanos(nanos);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      lock.unlock();
    }
  }

  /** Takes no more calls, and ends all that can be ended. */
  void close() {
    List<Work<?>> dropped = locked(this::clear);
    dropped.forEach(work -> work.reply().completeExceptionally(closed(work)));
  }

  private List<Work<?>> clear() {
    open = false;
    List<Work<?>> dropped = new ArrayList<>(waiting);
    waiting.clear();
    running.map(Running::work).filter(Work::endsEarly).ifPresent(dropped::add);
    changed.signalAll();
    return dropped;
  }

  private EngineClosedException closed(Work<?> work) {
    return new EngineClosedException(
        Problems.problem(work.verb() + " on the " + owner, "closed", "a worker that is open"));
  }

  int waiting() {
    return locked(waiting::size);
  }

  private <T> T locked(Supplier<T> body) {
    lock.lock();
    try {
      return body.get();
    } finally {
      lock.unlock();
    }
  }

  @Override
  public String toString() {
    return waiting() + " of " + limit + " calls wait";
  }

  /** The call in hand and its thread. */
  private record Running(Work<?> work, Thread thread) {
    static Running here(Work<?> work) {
      return new Running(work, Thread.currentThread());
    }

    void interrupt() {
      if (work.ending() == Work.Ending.INTERRUPT) {
        thread.interrupt();
      }
    }
  }
}
