package dev.tenon.backend.pytorch.internal;

/**
 * The calling thread's libtorch settings, changed for one call and put back by {@link #close}.
 *
 * <p>Graph optimisation is off in every call: with it, the first calls of a method and the later
 * ones round differently, and a resumed run is not exact. libtorch tells nobody whether it was on,
 * so what is put back is libtorch's and DJL's default, or the host's own choice in DJL's property.
 */
final class ThreadSettings implements AutoCloseable {

  private static final String OPTIMIZE_PROPERTY = "ai.djl.pytorch.graph_optimizer";

  private final ThreadFunctions functions;
  private final boolean gradMode;
  private final int threads;

  private ThreadSettings(ThreadFunctions functions, boolean gradMode, int threads) {
    this.functions = functions;
    this.gradMode = gradMode;
    this.threads = threads;
  }

  static ThreadSettings enter(ThreadFunctions functions, CallSettings settings) {
    ThreadSettings before =
        new ThreadSettings(
            functions, functions.gradMode(), settings.threads() == 0 ? 0 : functions.threads());
    functions.setGraphOptimization(false);
    functions.setGradMode(settings.mode() == CallSettings.Mode.GRAD);
    before.changeThreads(settings.threads(), before.threads);
    return before;
  }

  @Override
  public void close() {
    if (threads != 0) {
      changeThreads(threads, functions.threads());
    }
    functions.setGradMode(gradMode);
    functions.setGraphOptimization(
        Boolean.parseBoolean(System.getProperty(OPTIMIZE_PROPERTY, "true")));
  }

  private void changeThreads(int wanted, int current) {
    if (wanted != current) {
      functions.setThreads(wanted);
    }
  }
}
