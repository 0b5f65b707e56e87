package dev.tenon.internal;

import dev.tenon.error.CheckpointException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** File operations that survive a killed process or a lost machine. Safe for threads. */
public final class Durable {
  private static final boolean WINDOWS =
      System.getProperty("os.name", "").toLowerCase(Locale.ROOT).startsWith("windows");

  /**
   * A channel copies heap buffers through native memory of the same size, so large ones go in
   * pieces.
   */
  private static final int PIECE = 1 << 20;

  private static final DateTimeFormatter QUARANTINED_AT =
      DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'", Locale.ROOT).withZone(ZoneOffset.UTC);

  private static final Pattern QUARANTINED = Pattern.compile("\\..+\\.bad-[0-9]{8}T[0-9]{6}Z-.+");

  private Durable() {}

  /** What {@link #run} runs. */
  @FunctionalInterface
  public interface Action<T> {
    T run() throws IOException;
  }

  /**
   * Runs an action; an {@link IOException} becomes a {@link CheckpointException} that names the
   * file.
   */
  public static <T> T run(Path file, String expected, Action<T> action) {
    try {
      return action.run();
    } catch (IOException e) {
      String what = e.getClass().getSimpleName() + " " + e.getMessage();
      throw new CheckpointException(Problems.problem(String.valueOf(file), what, expected), e);
    }
  }

  /**
   * A name beside a file that no one else uses; a leftover is recognised by {@link #isTemporaryOf}.
   */
  public static Path temporaryBeside(Path file) {
    return file.resolveSibling(temporaryPrefix(file) + UUID.randomUUID());
  }

  public static boolean isTemporaryOf(Path file, String name) {
    return name.startsWith(temporaryPrefix(file));
  }

  private static String temporaryPrefix(Path file) {
    return "." + file.getFileName() + ".tmp-";
  }

  /**
   * Renames what is damaged to {@code .<name>.bad-<time>-<random>} beside it.
   *
   * @return its new name
   */
  public static Path quarantine(Path damaged) throws IOException {
    String time = QUARANTINED_AT.format(Instant.now());
    String random = UUID.randomUUID().toString().substring(0, 8);
    String name = "." + damaged.getFileName() + ".bad-" + time + "-" + random;
    Path aside = damaged.resolveSibling(name);
    rename(damaged, aside);
    return aside;
  }

  public static boolean isQuarantined(String name) {
    return QUARANTINED.matcher(name).matches();
  }

  /** Forces a file to disk. */
  public static void syncFile(Path file) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      channel.force(true);
    }
  }

  /**
   * Forces the entries of a directory to disk; on Windows, where this is impossible, does nothing.
   */
  public static void syncDirectory(Path directory) throws IOException {
    if (WINDOWS) {
      return;
    }
    try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }

  /** Renames within one directory and makes that durable; an existing file is replaced. */
  public static void rename(Path from, Path to) throws IOException {
    Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
    syncDirectory(parent(to));
  }

  /** Writes a small file: afterwards it has the new content or, after a failure, the old. */
  public static void writeFile(Path file, byte[] content) throws IOException {
    Path temporary = temporaryBeside(file);
    try {
      Files.write(temporary, content, StandardOpenOption.CREATE_NEW);
      syncFile(temporary);
      rename(temporary, file);
    } finally {
      Files.deleteIfExists(temporary);
    }
  }

  public static Path parent(Path file) {
    Path parent = file.toAbsolutePath().getParent();
    return parent == null ? file.toAbsolutePath() : parent;
  }

  /** Deletes a file or a directory with all it holds; links are not followed. */
  public static void deleteTree(Path root) throws IOException {
    if (!Files.exists(root, LinkOption.NOFOLLOW_LINKS)) {
      return;
    }
    List<Path> deepestFirst;
    try (Stream<Path> all = Files.walk(root)) {
      deepestFirst = all.sorted(Comparator.reverseOrder()).toList();
    }
    for (Path path : deepestFirst) {
      Files.delete(path);
    }
  }

  /** Fills a buffer from a place in a file; false when the file ends before. */
  public static boolean readFully(FileChannel channel, long position, ByteBuffer target)
      throws IOException {
    int end = target.limit();
    long at = position;
    while (target.position() < end) {
      target.limit(Math.min(end, target.position() + PIECE));
      int count = channel.read(target, at);
      if (count < 0) {
        target.limit(end);
        return false;
      }
      at += count;
    }
    return true;
  }

  /** Writes a buffer at a place in a file. */
  public static void writeFully(FileChannel channel, long position, ByteBuffer source)
      throws IOException {
    int end = source.limit();
    long at = position;
    while (source.position() < end) {
      source.limit(Math.min(end, source.position() + PIECE));
      at += channel.write(source, at);
    }
  }
}
