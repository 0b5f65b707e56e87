package dev.tenon.catalog.source.hub;

import dev.tenon.internal.Durable;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Stream;

/**
 * A lock of a file for one thread of one process. On Linux Python locks the same file in another
 * way that Java does not see; a content appears there by a rename, so that at worst both bring it.
 */
final class BlobLock implements AutoCloseable {
  private static final int STRIPES = 64;

  /** A process may lock a file once, so its threads wait here. */
  private static final ReentrantLock[] HERE =
      Stream.generate(ReentrantLock::new).limit(STRIPES).toArray(ReentrantLock[]::new);

  private final ReentrantLock here;
  private final FileChannel channel;

  private BlobLock(ReentrantLock here, FileChannel channel) {
    this.here = here;
    this.channel = channel;
  }

  /** Waits until nobody else has it. */
  static BlobLock of(Path file) throws IOException {
    Files.createDirectories(Durable.parent(file));
    ReentrantLock here = HERE[Math.floorMod(file.hashCode(), STRIPES)];
    here.lock();
    try {
      return new BlobLock(here, locked(file));
    } catch (IOException | RuntimeException e) {
      here.unlock();
      throw e;
    }
  }

  private static FileChannel locked(Path file) throws IOException {
    FileChannel channel =
        FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    try {
      channel.lock();
      return channel;
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
  }

  @Override
  public void close() throws IOException {
    try {
      channel.close();
    } finally {
      here.unlock();
    }
  }
}
