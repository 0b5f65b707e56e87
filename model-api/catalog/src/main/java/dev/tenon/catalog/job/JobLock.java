package dev.tenon.catalog.job;

import dev.tenon.internal.Durable;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The lock of a job, which the operating system frees when the process that holds it ends, however
 * it ends. All methods may be called from any thread.
 *
 * <p>Closing any channel of a file frees all locks of this process on it. So the locks of this
 * process are known by name, and their files are not opened a second time.
 */
final class JobLock implements AutoCloseable {
  private static final Map<Path, JobLock> HELD = new HashMap<>();

  private final Path file;
  private final FileChannel channel;

  private JobLock(Path file, FileChannel channel) {
    this.file = file;
    this.channel = channel;
  }

  /** Takes the lock unless somebody holds it. */
  static Optional<JobLock> tryTake(Path file) {
    return Durable.run(file, "a file to lock", () -> taken(normal(file)));
  }

  private static Optional<JobLock> taken(Path file) throws IOException {
    synchronized (HELD) {
      if (HELD.containsKey(file)) {
        return Optional.empty();
      }
      FileChannel channel =
          FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      FileLock lock = channel.tryLock();
      if (lock == null) {
        channel.close();
        return Optional.empty();
      }
      JobLock held = new JobLock(file, channel);
      HELD.put(file, held);
      return Optional.of(held);
    }
  }

  /** Whether anybody holds the lock; asking does not keep others from taking or asking. */
  static boolean isHeld(Path file) {
    return Durable.run(file, "a file to lock", () -> held(normal(file)));
  }

  private static boolean held(Path file) throws IOException {
    synchronized (HELD) {
      if (HELD.containsKey(file)) {
        return true;
      }
      try (FileChannel channel =
              FileChannel.open(
                  file,
                  StandardOpenOption.CREATE,
                  StandardOpenOption.READ,
                  StandardOpenOption.WRITE);
          FileLock lock = channel.tryLock(0, Long.MAX_VALUE, true)) {
        return lock == null;
      }
    }
  }

  private static Path normal(Path file) throws IOException {
    return Durable.parent(file).toRealPath().resolve(file.getFileName());
  }

  /** Frees the lock. Idempotent. */
  @Override
  public void close() {
    synchronized (HELD) {
      Durable.run(
          file,
          "a file to unlock",
          () -> {
            channel.close();
            return HELD.remove(file, this);
          });
    }
  }
}
