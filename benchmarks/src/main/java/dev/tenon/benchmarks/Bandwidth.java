package dev.tenon.benchmarks;

import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;

/**
 * How fast memory is read: what no decoded token can beat, since each reads every weight once.
 * Threads sum 64-bit numbers of a buffer of 512 MB, each its own part, all at once; the best of
 * nine passes counts.
 */
final class Bandwidth {
  private static final int BYTES = 512 << 20;
  private static final int PASSES = 9;

  private Bandwidth() {}

  /**
   * Bytes a second.
   *
   * @param threads that read; with one its processor's clock counts, else the wall's
   */
  static double bytesPerSecond(int threads) {
    ExecutorService pool = Executors.newFixedThreadPool(threads);
    try {
      List<long[]> parts =
          IntStream.range(0, threads)
              .mapToObj(i -> filled(BYTES / Long.BYTES / threads / 8 * 8))
              .toList();
      double best = Double.MAX_VALUE;
      for (int pass = 0; pass < PASSES; pass++) {
        best = Math.min(best, threads == 1 ? alone(parts.get(0)) : together(pool, parts));
      }
      return parts.stream().mapToLong(x -> (long) x.length * Long.BYTES).sum() / best;
    } finally {
      pool.shutdown();
    }
  }

  private static long[] filled(int size) {
    long[] part = new long[size];
    Arrays.fill(part, 1);
    return part;
  }

  private static double alone(long[] part) {
    var clock = ManagementFactory.getThreadMXBean();
    long start = clock.getCurrentThreadCpuTime();
    check(sum(part), part.length);
    return (clock.getCurrentThreadCpuTime() - start) / 1e9;
  }

  private static double together(ExecutorService pool, List<long[]> parts) {
    List<Callable<Long>> sums =
        parts.stream().map(part -> (Callable<Long>) () -> sum(part)).toList();
    try {
      long start = System.nanoTime();
      long sum = 0;
      for (Future<Long> future : pool.invokeAll(sums)) {
        sum += future.get();
      }
      double seconds = (System.nanoTime() - start) / 1e9;
      check(sum, parts.stream().mapToLong(x -> x.length).sum());
      return seconds;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("bandwidth: interrupted (expected: its end)", e);
    } catch (ExecutionException e) {
      throw new IllegalStateException("bandwidth: a sum failed", e);
    }
  }

  /** Keeps the compiler from leaving the sum out. */
  private static void check(long sum, long expected) {
    if (sum != expected) {
      throw new IllegalStateException("sum: " + sum + " (expected: " + expected + ")");
    }
  }

  /**
   * Of a multiple of eight numbers. Eight sums side by side: one alone would wait for its own
   * additions, not for memory.
   */
  private static long sum(long[] part) {
    long a = 0;
    long b = 0;
    long c = 0;
    long d = 0;
    long e = 0;
    long f = 0;
    long g = 0;
    long h = 0;
    for (int i = 0; i < part.length - 7; i += 8) {
      a += part[i];
      b += part[i + 1];
      c += part[i + 2];
      d += part[i + 3];
      e += part[i + 4];
      f += part[i + 5];
      g += part[i + 6];
      h += part[i + 7];
    }
    return a + b + c + d + e + f + g + h;
  }
}
