package dev.tenon.backend.pytorch;

import dev.tenon.backend.pytorch.internal.OpenHandles;
import dev.tenon.backend.pytorch.internal.TorchBridge;
import dev.tenon.backend.testkit.ProcessMemory;
import dev.tenon.model.Model;
import dev.tenon.model.Output;
import dev.tenon.spec.FinetuneSpec;
import dev.tenon.tensor.NamedArray;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/**
 * Calls one engine from four threads, which queue on a lock, and prints after every hundredth of
 * the calls {@code calls, handles, descriptors, resident bytes}. A program of its own, so that
 * nothing else takes memory. Arguments: how many trainBatch and how many forward calls.
 */
final class Soak {
  private static final int THREADS = 4;
  private static final int SAMPLES = 100;

  private final Model model =
      new PyTorchBackend().initialize(TinyLlama.create(true), FinetuneSpec.openEnded());
  private final List<NamedArray> batches =
      IntStream.range(0, 8).mapToObj(i -> TinyLlama.batch(i, 3 + i, 5)).toList();
  private final int every;
  private int calls;

  private Soak(int every) {
    this.every = every;
  }

  public static void main(String[] arguments) throws Exception {
    int train = Integer.parseInt(arguments[0]);
    int forward = Integer.parseInt(arguments[1]);
    Soak soak = new Soak(Math.max(1, (train + forward) / SAMPLES));
    ExecutorService threads = Executors.newFixedThreadPool(THREADS);
    Callable<Void> share =
        () -> {
          for (int i = 0; i < forward / THREADS; i++) {
            soak.call(i, (long) i * train / forward != (long) (i + 1) * train / forward);
          }
          return null;
        };
    for (var done : threads.invokeAll(IntStream.range(0, THREADS).mapToObj(i -> share).toList())) {
      done.get();
    }
    threads.shutdown();
    soak.model.close();
  }

  /** A forward call, and after some of them a step. */
  private synchronized void call(int number, boolean train) {
    NamedArray batch = batches.get(number % batches.size());
    model.engine().forward(batch, Output.TOKEN_LOGPROBS, Output.HIDDEN);
    count();
    if (train) {
      model.trainEngine().trainBatch(batch, TinyLlama.crossEntropy());
      count();
    }
  }

  private void count() {
    calls++;
    if (calls % every == 0) {
      System.out.println(
          calls + "," + handles() + "," + descriptors() + "," + ProcessMemory.resident());
    }
  }

  private static long handles() {
    OpenHandles open = TorchBridge.openHandles();
    return open.modules() + open.values() + open.tensors() + open.scopes().size();
  }

  /** The least of some readings: the JVM itself opens a file of /proc or cgroup for a moment. */
  private static long descriptors() {
    return LongStream.generate(Soak::openFiles).limit(4).min().orElseThrow();
  }

  private static long openFiles() {
    try (Stream<Path> files = Files.list(Path.of("/proc/self/fd"))) {
      return files.count();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
