package dev.tenon.modelinterface;

import dev.tenon.error.InvalidInputException;
import dev.tenon.internal.Problems;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** A future that the worker's own thread does not wait for: it would wait for ever. */
final class Reply<T> extends CompletableFuture<T> {
  private final Thread worker;

  Reply(Thread worker) {
    this.worker = worker;
  }

  /** Runs an action once this is done, however it ended. */
  void afterwards(Runnable action) {
    CompletableFuture<T> unused = whenComplete((value, e) -> action.run());
  }

  @Override
  public <U> CompletableFuture<U> newIncompleteFuture() {
    return new Reply<>(worker);
  }

  @Override
  public T get() throws InterruptedException, ExecutionException {
    checkThread();
    return super.get();
  }

  @Override
  public T get(long timeout, TimeUnit unit)
      throws InterruptedException, ExecutionException, TimeoutException {
    checkThread();
    return super.get(timeout, unit);
  }

  @Override
  public T join() {
    checkThread();
    return super.join();
  }

  private void checkThread() {
    if (Thread.currentThread() == worker && !isDone()) {
      throw new InvalidInputException(
          Problems.problem(
              "waiting for a call of the worker",
              "on its own thread " + worker.getName(),
              "another thread, or thenCompose"));
    }
  }
}
