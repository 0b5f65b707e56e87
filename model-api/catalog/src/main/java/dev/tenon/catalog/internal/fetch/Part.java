package dev.tenon.catalog.internal.fetch;

import dev.tenon.internal.Durable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/** The bytes of an unfinished file, with the digests of all that are there. For one thread. */
final class Part implements AutoCloseable {
  /** Written bytes start on their way to the disk early, so that the end waits for few. */
  private static final long FLUSHED = 32L << 20;

  private final Path path;
  private final Download download;
  private final FileChannel channel;
  private Digests digests;
  private Optional<String> validator;
  private CompletableFuture<Void> flushing = CompletableFuture.completedFuture(null);
  private long flushed;

  private Part(Download download, FileChannel channel, Optional<String> validator) {
    this.path = download.part();
    this.download = download;
    this.channel = channel;
    this.validator = validator;
    this.digests = new Digests(download);
  }

  /** Opens it and digests what an earlier attempt left, if the rest can be asked for. */
  static Part open(Download download) throws IOException {
    Path path = download.part();
    Files.createDirectories(Durable.parent(path));
    FileChannel channel =
        FileChannel.open(
            path, StandardOpenOption.CREATE, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);
    try {
      Part part = new Part(download, channel, Validator.read(path));
      part.takeOver();
      return part;
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
  }

  private void takeOver() throws IOException {
    long most = Math.min(download.limit(), download.size().orElse(Long.MAX_VALUE));
    boolean checked = download.sha256().isPresent() || download.gitBlob().isPresent();
    boolean file = Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS);
    if (file && channel.size() <= most && (checked || validator.isPresent())) {
      digests.addFile(path);
    } else {
      restart(Optional.empty());
    }
  }

  /** Forgets what is there; what follows is known by this. */
  void restart(Optional<String> newValidator) throws IOException {
    channel.truncate(0);
    flushed = 0;
    digests = new Digests(download);
    validator = newValidator;
    Validator.write(path, newValidator);
  }

  /** Takes more bytes. After a failure it is as it was before. */
  void append(byte[] buffer, int count) throws IOException {
    Durable.writeFully(channel, digests.bytes(), ByteBuffer.wrap(buffer, 0, count));
    digests.add(buffer, count);
    if (digests.bytes() - flushed >= FLUSHED && flushing.isDone()) {
      settle();
      flushed = digests.bytes();
      flushing = CompletableFuture.runAsync(this::flush);
    }
  }

  private void flush() {
    try {
      channel.force(false);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void settle() throws IOException {
    try {
      flushing.join();
    } catch (CompletionException e) {
      throw new IOException(e.getMessage(), e);
    }
  }

  long bytes() {
    return digests.bytes();
  }

  Optional<String> validator() {
    return validator;
  }

  /** The digests of all bytes; none can be added afterwards. */
  Digests.Seen seen() {
    return digests.seen();
  }

  /** Puts all on disk. */
  void end() throws IOException {
    settle();
    channel.truncate(digests.bytes());
    channel.force(true);
    channel.close();
  }

  void delete() throws IOException {
    close();
    Files.deleteIfExists(path);
    Validator.write(path, Optional.empty());
  }

  @Override
  public void close() throws IOException {
    try (channel) {
      settle();
    }
  }
}
