package dev.tenon.backend.offload;

import dev.tenon.error.CheckpointException;
import java.nio.ByteBuffer;

/** Bytes of a fixed number at 64-bit positions. One thread at a time. */
interface Section extends AutoCloseable {
  /**
   * Fills a buffer.
   *
   * @throws CheckpointException if the bytes cannot be read
   */
  void read(ByteBuffer target, long position);

  /**
   * Stores a buffer.
   *
   * @throws CheckpointException if the bytes cannot be written
   */
  void write(ByteBuffer source, long position);

  @Override
  void close();
}
