package dev.tenon.backend.offload;

import dev.tenon.backend.pytorch.internal.NativeScope;
import dev.tenon.backend.pytorch.internal.TorchBridge;
import dev.tenon.model.Network;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;

/**
 * Reads what comes next and writes what was made, on one thread of its own, while the caller's
 * computes. It does so in the order it was asked, so a read finds what an earlier write stored. At
 * most one thing is read ahead and one waits to be written. For small networks, for which it costs
 * more to wake a thread than to read, the caller's thread does it. One thread calls.
 */
final class Streams implements AutoCloseable {
  private static final CompletableFuture<Void> DONE = CompletableFuture.completedFuture(null);

  /** Reading so much takes some 100 microseconds. */
  private static final long LEAST_BYTES_AHEAD = 1 << 20;

  private final TorchBridge bridge;
  private final Optional<ExecutorService> thread;
  private final Executor executor;
  private final List<ReadBuffers> buffers;
  private CompletableFuture<Void> writing = DONE;

  private Streams(TorchBridge bridge, Optional<ExecutorService> thread) {
    this.bridge = bridge;
    this.thread = thread;
    this.executor = thread.<Executor>map(x -> x).orElse(Runnable::run);
    this.buffers = List.of(new ReadBuffers(bridge), new ReadBuffers(bridge));
  }

  /** For the stages of a network. */
  static Streams of(TorchBridge bridge, Network network) {
    long bytes = network.shapes().values().stream().mapToLong(x -> x.size() * Float.BYTES).sum();
    return bytes < LEAST_BYTES_AHEAD * network.program().layers()
        ? new Streams(bridge, Optional.empty())
        : ahead(bridge);
  }

  /** With a thread. */
  static Streams ahead(TorchBridge bridge) {
    return new Streams(bridge, Optional.of(Executors.newSingleThreadExecutor(Streams::daemon)));
  }

  private static Thread daemon(Runnable task) {
    Thread thread = new Thread(task, "tenon-offload");
    thread.setDaemon(true);
    return thread;
  }

  /** Where scopes come from. */
  TorchBridge bridge() {
    return bridge;
  }

  /** Reads what belongs to a key. */
  @FunctionalInterface
  interface Reader<K, V> {
    /** Values that the scope owns; their memory may be that of the buffers. */
    V read(K key, NativeScope scope, ReadBuffers buffers);
  }

  /** Computes with what was read. */
  @FunctionalInterface
  interface Visitor<K, V> {
    /**
     * The scope owns what was read and is closed afterwards; nothing that shares the memory of its
     * buffers may last longer, but for what is {@linkplain #write written}.
     */
    void visit(K key, V values, NativeScope scope);
  }

  /** Visits keys in their order; the next one is read meanwhile. */
  <K, V> void each(List<K> keys, Reader<K, V> reader, Visitor<K, V> visitor) {
    CompletableFuture<Read<V>> next = read(keys, 0, reader);
    try {
      for (int i = 0; i < keys.size(); i++) {
        try (Read<V> now = join(next)) {
          next = i + 1 < keys.size() ? read(keys, i + 1, reader) : next;
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

  /** By the time that it reads, the visit before the last is over and what it made is written. */
  private <K, V> CompletableFuture<Read<V>> read(List<K> keys, int index, Reader<K, V> reader) {
    ReadBuffers target = buffers.get(index % 2);
    return CompletableFuture.supplyAsync(
        () -> {
          NativeScope scope = bridge.scope("read " + keys.get(index));
          try {
            target.begin();
            V values = reader.read(keys.get(index), scope, target);
            target.end();
            return new Read<>(values, scope);
          } catch (RuntimeException e) {
            scope.close();
            throw e;
          }
        },
        executor);
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
            executor);
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
      thread.ifPresent(ExecutorService::shutdown);
      buffers.forEach(ReadBuffers::close);
    }
  }

  private record Read<V>(V values, NativeScope scope) implements AutoCloseable {
    @Override
    public void close() {
      scope.close();
    }
  }
}
