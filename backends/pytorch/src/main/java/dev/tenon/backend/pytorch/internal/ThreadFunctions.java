package dev.tenon.backend.pytorch.internal;

import static dev.tenon.backend.pytorch.internal.DjlNatives.call;
import static dev.tenon.backend.pytorch.internal.DjlNatives.callLong;
import static dev.tenon.backend.pytorch.internal.DjlNatives.callVoid;

import java.lang.invoke.MethodHandle;

/** Settings that libtorch keeps for each thread; see {@link DjlNatives} for the rules. */
final class ThreadFunctions {

  private final MethodHandle torchIsGradMode;
  private final MethodHandle torchSetGradMode;
  private final MethodHandle torchGetNumThreads;
  private final MethodHandle torchSetNumThreads;
  private final MethodHandle setGraphExecutorOptimize;

  ThreadFunctions(DjlNatives.Finder finder) throws ReflectiveOperationException {
    torchIsGradMode = finder.find("torchIsGradMode", boolean.class);
    torchSetGradMode = finder.find("torchSetGradMode", void.class, boolean.class);
    torchGetNumThreads = finder.find("torchGetNumThreads", int.class);
    torchSetNumThreads = finder.find("torchSetNumThreads", void.class, int.class);
    setGraphExecutorOptimize = finder.find("setGraphExecutorOptimize", void.class, boolean.class);
  }

  boolean gradMode() {
    return call(() -> (boolean) torchIsGradMode.invokeExact());
  }

  void setGradMode(boolean enabled) {
    callVoid(
        () -> {
          torchSetGradMode.invokeExact(enabled);
        });
  }

  int threads() {
    return (int) callLong(() -> (int) torchGetNumThreads.invokeExact());
  }

  void setThreads(int count) {
    callVoid(
        () -> {
          torchSetNumThreads.invokeExact(count);
        });
  }

  // There is no function that reads it.
  void setGraphOptimization(boolean enabled) {
    callVoid(
        () -> {
          setGraphExecutorOptimize.invokeExact(enabled);
        });
  }
}
