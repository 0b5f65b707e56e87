package dev.tenon.catalog.internal.fetch;

import dev.tenon.catalog.net.TransferException;
import dev.tenon.internal.Problems;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.UUID;

/** Held by the one process that fetches into a directory; gone with it, even if it is killed. */
final class StagingLock implements AutoCloseable {
  /** Behind the content, for some systems do not let a locked range be read. */
  private static final long LOCKED = 1L << 40;

  private final Path file;
  private final FileChannel channel;

  private StagingLock(Path file, FileChannel channel) {
    this.file = file;
    this.channel = channel;
  }

  /**
   * Takes the lock {@code <root>.lock}.
   *
   * @throws TransferException if another one has it
   */
  static StagingLock take(Path root) throws IOException {
    Path file = root.resolveSibling(root.getFileName() + ".lock");
    while (true) {
      FileChannel channel =
          FileChannel.open(
              file, StandardOpenOption.CREATE, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);
      if (!isLocked(channel)) {
        channel.close();
        throw new TransferException(
            Problems.problem(root.toString(), "in use", "one fetch at a time"));
      }
      if (isStillNamed(channel, file)) {
        return new StagingLock(file, channel);
      }
      channel.close();
    }
  }

  private static boolean isLocked(FileChannel channel) throws IOException {
    try {
      return channel.tryLock(LOCKED, 1, false) != null;
    } catch (OverlappingFileLockException e) {
      return false;
    }
  }

  /**
   * Its last holder may have deleted the file after we opened it: what we lock has no name then.
   */
  private static boolean isStillNamed(FileChannel channel, Path file) throws IOException {
    String token = UUID.randomUUID().toString();
    channel.write(ByteBuffer.wrap(token.getBytes(StandardCharsets.US_ASCII)), 0);
    try {
      return Files.readString(file, StandardCharsets.US_ASCII).equals(token);
    } catch (NoSuchFileException e) {
      return false;
    }
  }

  @Override
  public void close() throws IOException {
    Files.deleteIfExists(file);
    channel.close();
  }
}
