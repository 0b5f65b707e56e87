package dev.tenon.catalog.internal.fetch;

import java.io.IOException;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import org.jspecify.annotations.Nullable;

/**
 * Buffers on their way from the thread that reads them to one that digests and writes them, so that
 * both work at once. When it is closed, all that was handed over is written or the failure is
 * known.
 */
final class Relay implements AutoCloseable {
  /** Larger ones leave the processor's cache before they are digested. */
  static final int BUFFER = 1 << 18;

  private static final int BUFFERS = 4;

  private final Part part;
  private final BlockingQueue<Buffer> free = new ArrayBlockingQueue<>(BUFFERS);
  private final BlockingQueue<Buffer> full = new ArrayBlockingQueue<>(BUFFERS + 1);
  private final Thread writer = new Thread(this::write, "tenon-download");
  private volatile @Nullable Exception failure;

  /** Bytes, of which the first are used; one without any room ends the relay. */
  static final class Buffer {
    final byte[] bytes;
    int count;

    private Buffer(int room) {
      this.bytes = new byte[room];
    }
  }

  private int made;
  private boolean ended;

  Relay(Part part) {
    this.part = part;
    writer.setDaemon(true);
    writer.start();
  }

  /** A buffer to fill; waits for one. */
  Buffer take() throws IOException {
    check();
    Buffer idle = free.poll();
    if (idle != null) {
      return idle;
    }
    if (made < BUFFERS) {
      made++;
      return new Buffer(BUFFER);
    }
    try {
      return free.take();
    } catch (InterruptedException e) {
      throw interrupted(e);
    }
  }

  /** Hands a buffer over; never waits. */
  void put(Buffer buffer) {
    full.add(buffer);
  }

  private void write() {
    try {
      for (Buffer next = full.take(); next.bytes.length > 0; next = full.take()) {
        if (failure == null) {
          append(next);
        }
        free.add(next);
      }
    } catch (InterruptedException e) {
      // Nobody interrupts this thread but to end it.
      failure = e;
    }
  }

  private void append(Buffer next) {
    try {
      part.append(next.bytes, next.count);
    } catch (IOException | RuntimeException e) {
      failure = e;
    }
  }

  /** Waits until all is written. */
  @Override
  public void close() throws IOException {
    if (!ended) {
      ended = true;
      full.add(new Buffer(0));
      join();
    }
    check();
  }

  private void join() throws IOException {
    boolean again = false;
    while (writer.isAlive()) {
      try {
        writer.join();
      } catch (InterruptedException e) {
        again = true;
      }
    }
    if (again) {
      Thread.currentThread().interrupt();
    }
  }

  private void check() throws IOException {
    Exception found = failure;
    if (found != null) {
      throw new DiskException(found);
    }
  }

  private static IOException interrupted(InterruptedException e) {
    Thread.currentThread().interrupt();
    return new IOException("interrupted", e);
  }

  /** Bytes came but could not be kept. */
  static final class DiskException extends IOException {
    private static final long serialVersionUID = 1L;

    DiskException(Exception cause) {
      super(cause.getMessage(), cause);
    }
  }
}
