package dev.tenon.backend.testkit.faults;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Path;

/** A channel whose writes may fail or fall short. */
final class FaultyChannel extends FileChannel {
  private final FileFaults faults;
  private final Path path;
  private final FileChannel real;

  FaultyChannel(FileFaults faults, Path path, FileChannel real) {
    this.faults = faults;
    this.path = path;
    this.real = real;
  }

  /** A write at the channel's position or at one that is given. */
  @FunctionalInterface
  private interface Write {
    int of(ByteBuffer source) throws IOException;
  }

  private int write(ByteBuffer source, Write write) throws IOException {
    boolean cut = faults.shortens();
    return faults.change(
        "write",
        path,
        () -> cut ? half(source, write) : write.of(source),
        () -> {
          int unused = half(source, write);
        });
  }

  /** The first half; of one byte, that one, since nothing written is no progress. */
  private static int half(ByteBuffer source, Write write) throws IOException {
    int end = source.limit();
    source.limit(source.position() + (source.remaining() + 1) / 2);
    try {
      return write.of(source);
    } finally {
      source.limit(end);
    }
  }

  @Override
  public int write(ByteBuffer source) throws IOException {
    return write(source, real::write);
  }

  @Override
  public int write(ByteBuffer source, long position) throws IOException {
    return write(source, x -> real.write(x, position));
  }

  @Override
  public long write(ByteBuffer[] sources, int offset, int length) throws IOException {
    long written = 0;
    for (int i = offset; i < offset + length; i++) {
      while (sources[i].hasRemaining()) {
        written += write(sources[i]);
      }
    }
    return written;
  }

  @Override
  public long transferFrom(ReadableByteChannel source, long position, long count)
      throws IOException {
    return faults.change("write", path, () -> real.transferFrom(source, position, count));
  }

  @Override
  public FileChannel truncate(long size) throws IOException {
    return faults.change(
        "truncate",
        path,
        () -> {
          real.truncate(size);
          return this;
        });
  }

  @Override
  public void force(boolean metaData) throws IOException {
    boolean unused =
        faults.change(
            "force",
            path,
            () -> {
              real.force(metaData);
              return true;
            });
  }

  @Override
  public int read(ByteBuffer target) throws IOException {
    return real.read(target);
  }

  @Override
  public int read(ByteBuffer target, long position) throws IOException {
    return real.read(target, position);
  }

  @Override
  public long read(ByteBuffer[] targets, int offset, int length) throws IOException {
    return real.read(targets, offset, length);
  }

  @Override
  public long position() throws IOException {
    return real.position();
  }

  @Override
  public FileChannel position(long newPosition) throws IOException {
    real.position(newPosition);
    return this;
  }

  @Override
  public long size() throws IOException {
    return real.size();
  }

  @Override
  public long transferTo(long position, long count, WritableByteChannel target) throws IOException {
    return real.transferTo(position, count, target);
  }

  @Override
  public MappedByteBuffer map(MapMode mode, long position, long size) throws IOException {
    return real.map(mode, position, size);
  }

  @Override
  public FileLock lock(long position, long size, boolean shared) throws IOException {
    return real.lock(position, size, shared);
  }

  @Override
  public FileLock tryLock(long position, long size, boolean shared) throws IOException {
    return real.tryLock(position, size, shared);
  }

  @Override
  protected void implCloseChannel() throws IOException {
    real.close();
  }
}
