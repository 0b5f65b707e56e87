package dev.tenon.catalog.internal.transfer;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.util.Collection;
import java.util.Iterator;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** The same for many, a few at a time. After a failure none is begun, and the first one is told. */
public final class InParallel {
  private InParallel() {}

  /** What is done with each. */
  @FunctionalInterface
  public interface Action<T> {
    void run(T item) throws IOException;
  }

  /**
   * Returns when all are done, or when those that had begun are.
   *
   * @param threads how many at a time, besides none: the caller waits
   * @throws IOException the first that was thrown; so for unchecked exceptions
   */
  public static <T> void run(int threads, Collection<T> items, Action<T> action)
      throws IOException {
    Iterator<T> left = items.iterator();
    AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
    int count = Math.min(threads, items.size());
    CountDownLatch running = new CountDownLatch(count);
    for (int i = 0; i < count; i++) {
      Thread thread = new Thread(() -> work(left, action, failure, running), "tenon-transfer");
      thread.setDaemon(true);
      thread.start();
    }
    await(running, failure);
    rethrow(failure.get());
  }

  private static <T> void work(
      Iterator<T> left,
      Action<T> action,
      AtomicReference<@Nullable Throwable> failure,
      CountDownLatch running) {
    try {
      T next = take(left, failure);
      while (next != null) {
        action.run(next);
        next = take(left, failure);
      }
    } catch (IOException | RuntimeException | Error e) {
      failure.compareAndSet(null, e);
    } finally {
      running.countDown();
    }
  }

  private static <T> @Nullable T take(
      Iterator<T> left, AtomicReference<@Nullable Throwable> failure) {
    synchronized (left) {
      return failure.get() == null && left.hasNext() ? left.next() : null;
    }
  }

  /** An interrupted caller waits for what has begun, since it uses the caller's files. */
  private static void await(CountDownLatch running, AtomicReference<@Nullable Throwable> failure) {
    boolean interrupted = false;
    while (running.getCount() > 0) {
      try {
        running.await();
      } catch (InterruptedException e) {
        interrupted = true;
        failure.compareAndSet(null, new InterruptedIOException("interrupted"));
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private static void rethrow(@Nullable Throwable failure) throws IOException {
    if (failure instanceof IOException e) {
      throw e;
    }
    if (failure instanceof UncheckedIOException e) {
      throw e.getCause();
    }
    if (failure instanceof RuntimeException e) {
      throw e;
    }
    if (failure instanceof Error e) {
      throw e;
    }
  }
}
