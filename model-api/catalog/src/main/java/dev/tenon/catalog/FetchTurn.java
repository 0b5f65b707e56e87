package dev.tenon.catalog;

import dev.tenon.catalog.net.TransferException;
import dev.tenon.internal.Durable;
import dev.tenon.internal.Problems;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/**
 * Lets one fetch of a name go on at a time, from the question whether the files are there to the
 * version; others of this process and of other processes wait. The system frees the turn of a
 * process that ends.
 */
final class FetchTurn {
  /** A lock of a file belongs to the process, so its threads need one of their own. */
  private static final Map<Path, ReentrantLock> THREADS = new ConcurrentHashMap<>();

  private FetchTurn() {}

  /** Does the work when it is its turn. */
  static <T> T of(Path file, Supplier<T> work) {
    ReentrantLock threads = THREADS.computeIfAbsent(file, x -> new ReentrantLock());
    threads.lock();
    try {
      return threads.getHoldCount() > 1 ? work.get() : locked(file, work);
    } finally {
      threads.unlock();
    }
  }

  private static <T> T locked(Path file, Supplier<T> work) {
    try (FileChannel channel = open(file);
        FileLock lock = channel.lock()) {
      return work.get();
    } catch (IOException e) {
      throw new TransferException(
          Problems.problem(file.toString(), e.getClass().getSimpleName(), "a file to lock"), e);
    }
  }

  private static FileChannel open(Path file) throws IOException {
    Files.createDirectories(Durable.parent(file));
    return FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
  }
}
