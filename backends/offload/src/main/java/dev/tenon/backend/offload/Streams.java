package dev.tenon.backend.offload;

import dev.tenon.backend.pytorch.internal.NativeScope;
import dev.tenon.backend.pytorch.internal.TorchBridge;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;

/**
 * Reads what comes next and writes what was made, on one thread of its own, while the caller's
 * computes. It does so in the order it was asked, so a read finds what an earlier write stored. At
 * most one thing is read ahead and one waits to be written. One thread calls.
 */
final class Streams implements AutoCloseable {
  private static final CompletableFuture<Void> DONE = CompletableFuture.completedFuture(null);

  private final TorchBridge bridge;
  private final ExecutorService thread;
  private CompletableFuture<Void> writing = DONE;

  Streams(TorchBridge bridge) {
    this.bridge = bridge;
    thread =
        Executors.newSingleThreadExecutor(
            task -> {
              Thread made = new Thread(task, "tenon-offload");
              made.setDaemon(true);
              return made;
            });
  }

  /** Where scopes come from. */
  TorchBridge bridge() {
    return bridge;
  }

  /** Reads what belongs to a key. */
  @FunctionalInterface
  interface Reader<K, V> {
    /** Values that the scope owns. */
    V read(K key, NativeScope scope);
  }

  /** Computes with what was read. */
  @FunctionalInterface
  interface Visitor<K, V> {
    /** The scope owns what was read and is closed afterwards. */
    void visit(K key, V values, NativeScope scope);
  }

  /** Visits keys in their order; the next one is read meanwhile. */
  <K, V> void each(List<K> keys, Reader<K, V> reader, Visitor<K, V> visitor) {
    CompletableFuture<Read<V>> next = read(keys.get(0), reader);
    try {
      for (int i = 0; i < keys.size(); i++) {
        try (Read<V> now = join(next)) {
          next = i + 1 < keys.size() ? read(keys.get(i + 1), reader) : next;
          visitor.visit(keys.get(i), now.values, now.scope);
        }
      }
    } finally {
      // Of a visit that failed; else it is closed already.
      next.handle((read, failure) -> read).thenAccept(read -> close(read)).join();
    }
  }

  private static void close(@Nullable Read<?> read) {
    if (read != null) {
      read.close();
    }
  }

  private <K, V> CompletableFuture<Read<V>> read(K key, Reader<K, V> reader) {
    return CompletableFuture.supplyAsync(
        () -> {
          NativeScope scope = bridge.scope("read " + key);
          try {
            return new Read<>(reader.read(key, scope), scope);
          } catch (RuntimeException e) {
            scope.close();
            throw e;
          }
        },
        thread);
  }

  /**
   * Writes when its turn comes, after waiting for the write before.
   *
   * @param scope of what is written; closed then
   */
  void write(NativeScope scope, Runnable action) {
    try {
      drain();
    } catch (RuntimeException e) {
      scope.close();
      throw e;
    }
    writing =
        CompletableFuture.runAsync(
            () -> {
              try (scope) {
                action.run();
              }
            },
            thread);
  }

  /** Waits until everything is written. */
  void drain() {
    CompletableFuture<Void> last = writing;
    writing = DONE;
    join(last);
  }

  private static <T> T join(CompletableFuture<T> future) {
    try {
      return future.join();
    } catch (CompletionException e) {
      if (e.getCause() instanceof RuntimeException cause) {
        throw cause;
      }
      throw e;
    }
  }

  /** Ends the thread after what it was asked for. */
  @Override
  public void close() {
    try {
      drain();
    } finally {
      thread.shutdown();
    }
  }

  private record Read<V>(V values, NativeScope scope) implements AutoCloseable {
    @Override
    public void close() {
      scope.close();
    }
  }
}
