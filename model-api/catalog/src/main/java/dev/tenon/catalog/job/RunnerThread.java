package dev.tenon.catalog.job;

import java.time.Duration;
import java.util.Optional;

/** The thread of a runner. Its methods are called by one other thread. */
final class RunnerThread {
  private final Thread thread;
  private volatile Optional<Throwable> thrown = Optional.empty();

  private RunnerThread(AttemptRunner runner, Attempt attempt) {
    thread = new Thread(() -> run(runner, attempt), "tenon-job-" + attempt.files().id());
    thread.setDaemon(true);
  }

  static RunnerThread start(AttemptRunner runner, Attempt attempt) {
    RunnerThread started = new RunnerThread(runner, attempt);
    started.thread.start();
    return started;
  }

  // A job must not take its host down, so errors of any kind are its failure.
  @SuppressWarnings("CatchAndPrintStackTrace")
  private void run(AttemptRunner runner, Attempt attempt) {
    try {
      runner.run(attempt);
    } catch (Throwable e) {
      thrown = Optional.of(e);
    }
  }

  /** Whether it ended within a time. */
  boolean awaitEnd(Duration time) throws InterruptedException {
    thread.join(time.toMillis());
    return !thread.isAlive();
  }

  void interrupt() {
    thread.interrupt();
  }

  /** Throws what the runner threw. */
  void rethrow() throws Exception {
    Throwable e = thrown.orElse(null);
    if (e instanceof Error error) {
      throw error;
    }
    if (e != null) {
      throw (Exception) e;
    }
  }
}
