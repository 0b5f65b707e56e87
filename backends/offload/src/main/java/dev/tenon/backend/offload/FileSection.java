package dev.tenon.backend.offload;

import dev.tenon.error.CheckpointException;
import dev.tenon.error.InsufficientMemoryException;
import dev.tenon.error.InvalidInputException;
import dev.tenon.internal.Problems;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * A section in a file that is deleted as soon as it is open, or, on Windows, with the process: what
 * a killed process leaves behind is nothing, and nobody can shorten it. Its space is taken at once.
 * It is read and written, not mapped: a failing disk is an exception then, not the end of the JVM,
 * and no page of it counts as memory of the process.
 */
final class FileSection implements Section {
  private static final int FILL_BYTES = 1 << 20;

  private final Path directory;
  private final Path file;
  private final FileChannel channel;

  private FileSection(Path directory, Path file, FileChannel channel) {
    this.directory = directory;
    this.file = file;
    this.channel = channel;
  }

  /**
   * A file of zeros.
   *
   * @throws InvalidInputException if the directory is missing or cannot be written
   * @throws InsufficientMemoryException if the disk is full; nothing is left there
   */
  static FileSection create(Path directory, String name, long bytes) {
    FileSection section = open(directory, name);
    try {
      section.fill(bytes);
      return section;
    } catch (IOException e) {
      section.close();
      throw new InsufficientMemoryException(
          Problems.problem(
              "disk of " + directory,
              String.valueOf(e.getMessage()),
              "room for " + bytes + " bytes of " + name),
          e);
    }
  }

  private static FileSection open(Path directory, String name) {
    try {
      Path file = Files.createTempFile(directory, "tenon-offload-", "." + name);
      return new FileSection(
          directory,
          file,
          FileChannel.open(
              file,
              StandardOpenOption.READ,
              StandardOpenOption.WRITE,
              StandardOpenOption.DELETE_ON_CLOSE));
    } catch (IOException e) {
      throw new InvalidInputException(
          Problems.problem("directory to offload to", directory, "an existing one, writable"), e);
    }
  }

  private void fill(long bytes) throws IOException {
    long free = Files.getFileStore(directory).getUsableSpace();
    if (free < bytes) {
      throw new IOException(free + " bytes free");
    }
    ByteBuffer zeros = ByteBuffer.allocateDirect(FILL_BYTES);
    for (long at = 0; at < bytes; at += FILL_BYTES) {
      put(zeros.clear().limit((int) Math.min(FILL_BYTES, bytes - at)), at);
    }
  }

  @Override
  public void read(ByteBuffer target, long position) {
    try {
      while (target.hasRemaining()) {
        int count = channel.read(target, position);
        if (count < 0) {
          throw new EOFException("the file became shorter");
        }
        position += count;
      }
    } catch (IOException e) {
      throw failure(e);
    }
  }

  @Override
  public void write(ByteBuffer source, long position) {
    try {
      put(source, position);
    } catch (IOException e) {
      throw failure(e);
    }
  }

  private void put(ByteBuffer source, long position) throws IOException {
    while (source.hasRemaining()) {
      position += channel.write(source, position);
    }
  }

  private CheckpointException failure(IOException e) {
    return new CheckpointException(
        Problems.problem("file " + file, String.valueOf(e.getMessage()), "a working disk"), e);
  }

  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      throw failure(e);
    }
  }
}
