package dev.tenon.backend.pytorch.internal;

import ai.djl.engine.EngineException;
import dev.tenon.error.EngineClosedException;
import dev.tenon.internal.Problems;
import dev.tenon.nn.script.ScriptArchive;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;

/**
 * A {@link ScriptArchive}, or an application's TorchScript file, that libtorch has compiled. An
 * archive holds no weights and no state, so any number of threads may call it at once; {@link
 * #close} waits for their calls.
 */
public final class TorchModule implements AutoCloseable {

  private final TorchBridge bridge;
  private final boolean counted;
  private final ReadWriteLock lock = new ReentrantReadWriteLock();
  private long handle;

  private TorchModule(TorchBridge bridge, long handle, boolean counted) {
    this.bridge = bridge;
    this.handle = handle;
    this.counted = counted;
    count(1);
  }

  static TorchModule load(TorchBridge bridge, ScriptArchive archive, boolean counted) {
    try {
      long handle = bridge.natives().modules.load(archive.open());
      return new TorchModule(bridge, handle, counted);
    } catch (EngineException e) {
      throw TorchErrors.compile(e);
    }
  }

  static TorchModule loadFile(TorchBridge bridge, Path file) {
    try {
      return new TorchModule(bridge, bridge.natives().modules.loadFile(file.toString()), true);
    } catch (EngineException e) {
      throw TorchErrors.compile(e);
    }
  }

  private void count(int change) {
    if (counted) {
      HandleCounter.MODULES.addAndGet(change);
    }
  }

  /**
   * Calls a method.
   *
   * @param settings autograd mode and threads of this call
   * @param scope owner of the result
   * @param method name of a method in the archive's text
   * @param arguments one for each parameter; trailing ones with a default may be left out
   * @return what the method returned; a method without a result returns {@code None}
   * @throws TorchException if an argument does not fit, an operator fails, or the script raises
   * @throws EngineClosedException if the module, the scope or an argument is closed
   */
  public TorchValue call(
      CallSettings settings, NativeScope scope, String method, TorchValue... arguments) {
    scope.checkOpen();
    long[] handles = TorchValue.handles(List.of(arguments));
    lock.readLock().lock();
    try {
      return scope.add(run(settings, method, handles));
    } catch (EngineException e) {
      throw TorchErrors.call(method, e);
    } finally {
      lock.readLock().unlock();
    }
  }

  private long run(CallSettings settings, String method, long[] arguments) {
    if (handle == 0) {
      throw new EngineClosedException(Problems.problem("module", "closed", "open"));
    }
    boolean inference = settings.mode() == CallSettings.Mode.INFERENCE;
    try (ThreadSettings ignored = ThreadSettings.enter(bridge.natives().threads, settings)) {
      return bridge.natives().modules.runMethod(handle, method, arguments, !inference, false);
    }
  }

  /** Frees the compiled module after the calls in progress. The second call does nothing. */
  @Override
  public void close() {
    lock.writeLock().lock();
    try {
      if (handle != 0) {
        bridge.natives().modules.delete(handle);
        handle = 0;
        count(-1);
      }
    } finally {
      lock.writeLock().unlock();
    }
  }
}
