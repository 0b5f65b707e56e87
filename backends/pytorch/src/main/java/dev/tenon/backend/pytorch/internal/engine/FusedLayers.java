package dev.tenon.backend.pytorch.internal.engine;

import dev.tenon.backend.pytorch.internal.CallSettings;
import dev.tenon.backend.pytorch.internal.NativeScope;
import dev.tenon.backend.pytorch.internal.TorchBridge;
import dev.tenon.backend.pytorch.internal.TorchValue;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * The layers of a model in the making, a few side by side: most of what packs a weight runs on one
 * core. Used by one thread, and closed by it.
 */
final class FusedLayers implements AutoCloseable {
  /** Each layer in the making takes memory for its weights before they are packed. */
  private static final int MOST_AT_ONCE = 4;

  private final List<NativeScope> owners = new ArrayList<>();
  private final List<CompletableFuture<TorchValue>> layers = new ArrayList<>();
  private volatile boolean closed;

  /** Makes one layer; several threads call it at once. */
  @FunctionalInterface
  interface Maker {
    /** What the driver's {@code add_layer} takes, owned by the scope. */
    TorchValue make(int layer, CallSettings settings, NativeScope scope);
  }

  /**
   * Starts to make layers.
   *
   * @param threads that all of them together take, at least 1
   */
  FusedLayers(TorchBridge bridge, int count, int threads, Maker maker) {
    int atOnce = Math.min(MOST_AT_ONCE, threads);
    CallSettings settings = CallSettings.inference(threads / atOnce);
    ExecutorService pool = Executors.newFixedThreadPool(atOnce);
    for (int i = 0; i < count; i++) {
      int layer = i;
      NativeScope owner = bridge.scope("fused layer");
      owners.add(owner);
      layers.add(CompletableFuture.supplyAsync(() -> make(layer, settings, owner, maker), pool));
    }
    // Its threads end with the last layer.
    pool.shutdown();
  }

  private TorchValue make(int layer, CallSettings settings, NativeScope owner, Maker maker) {
    if (closed) {
      throw new CancellationException();
    }
    try (NativeScope scope = owner.bridge().scope("fuse layer")) {
      return maker.make(layer, settings, scope).moveTo(owner);
    }
  }

  /** A layer, when it is made; it lives as long as this object. */
  TorchValue get(int layer) {
    try {
      return layers.get(layer).join();
    } catch (CompletionException e) {
      if (e.getCause() instanceof RuntimeException cause) {
        throw cause;
      }
      throw e;
    }
  }

  /** Begins no further layer and waits for those that are being made, which use the module. */
  @Override
  public void close() {
    closed = true;
    layers.forEach(layer -> layer.handle((made, failure) -> failure).join());
    owners.forEach(NativeScope::close);
  }
}
