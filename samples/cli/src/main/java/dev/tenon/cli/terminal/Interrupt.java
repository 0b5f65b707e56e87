package dev.tenon.cli.terminal;

/**
 * Lets a run end in good order when the process is asked to stop (SIGINT, SIGTERM): the JVM then
 * waits until {@link #close}, so the current step is finished and the model is saved. The JVM exits
 * with the signal's code, 130 or 143.
 */
public final class Interrupt implements AutoCloseable {
  private final Thread hook;
  private boolean done;

  /**
   * Starts listening.
   *
   * @param stop asks the run to stop; called on another thread, at most once
   */
  public Interrupt(Runnable stop) {
    hook =
        new Thread(
            () -> {
              stop.run();
              awaitDone();
            },
            "tenon-interrupt");
    Runtime.getRuntime().addShutdownHook(hook);
  }

  /** Tells that the run is over and everything is saved. */
  @Override
  public void close() {
    finish();
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      // The JVM is going down already: the hook has run and is content.
    }
  }

  private synchronized void finish() {
    done = true;
    notifyAll();
  }

  private synchronized void awaitDone() {
    while (!done) {
      try {
        wait();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return;
      }
    }
  }
}
