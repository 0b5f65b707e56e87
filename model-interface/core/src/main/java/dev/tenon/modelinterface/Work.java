package dev.tenon.modelinterface;

import dev.tenon.error.DeadlineExceededException;
import dev.tenon.internal.Problems;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Function;

/**
 * One call of a verb.
 *
 * @param verb its name, for messages
 * @param ending how it ends when nobody waits for its result any more
 * @param body the call; is told whether it is dropped
 * @param reply what the caller holds
 * @param deadline counted from {@link #startClock}
 */
record Work<T>(
    String verb,
    Ending ending,
    Function<BooleanSupplier, T> body,
    Reply<T> reply,
    Optional<Duration> deadline) {

  /** How a running call can be ended before its time. */
  enum Ending {
    /** Not at all: half of it would be worse. */
    RUNS_TO_ITS_END,
    /** Its body asks whether it is dropped. */
    ASKS,
    /** An interrupt of its thread. */
    INTERRUPT
  }

  boolean endsEarly() {
    return ending != Ending.RUNS_TO_ITS_END;
  }

  /** Runs the body; what is returned hands its outcome to the caller. */
  Runnable run() {
    try {
      T value = body.apply(reply::isDone);
      return () -> reply.complete(value);
    } catch (Throwable e) {
      // An Error too belongs to the caller; the thread lives on for the calls behind.
      return () -> reply.completeExceptionally(e);
    }
  }

  /** Completes the reply when the deadline passes, on a thread of the common pool. */
  void startClock() {
    deadline.ifPresent(this::startClock);
  }

  private void startClock(Duration limit) {
    CompletableFuture<Boolean> clock =
        new CompletableFuture<Boolean>()
            .completeOnTimeout(true, saturatedNanos(limit), TimeUnit.NANOSECONDS);
    CompletableFuture<Void> unused = clock.thenRunAsync(() -> expire(limit));
    reply.afterwards(() -> clock.cancel(false)); // frees the timer
  }

  private void expire(Duration limit) {
    reply.completeExceptionally(
        new DeadlineExceededException(
            Problems.problem("deadline of " + verb, "passed", "done within " + limit)));
  }

  /** Two hundred years and more are for ever. */
  static long saturatedNanos(Duration duration) {
    try {
      return duration.toNanos();
    } catch (ArithmeticException e) {
      return Long.MAX_VALUE;
    }
  }
}
