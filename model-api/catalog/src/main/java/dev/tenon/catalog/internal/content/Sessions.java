package dev.tenon.catalog.internal.content;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * Who uses a home: each open store keeps a file locked, and the system lets go of the lock when the
 * process is gone, however it went. Beginning and looking for dead ones run within a write of the
 * index, so that no file is seen between its making and its locking.
 */
public final class Sessions {
  private static final String SUFFIX = ".lock";

  /**
   * Of this process. Its own files are never opened again: closing a second channel would let go of
   * the lock of the first.
   */
  private static final String OWN = own();

  private final Path directory;
  private final Path staging;

  /** Below a home. */
  public Sessions(Path home) {
    this.directory = home.resolve("sessions");
    this.staging = home.resolve("staging");
  }

  private static String own() {
    ProcessHandle process = ProcessHandle.current();
    long start = process.info().startInstant().map(x -> x.toEpochMilli()).orElse(0L);
    return process.pid() + "-" + start + "-";
  }

  /** One user of a home. */
  public final class Session implements AutoCloseable {
    private final String id;
    private final FileChannel channel;
    private final FileLock lock;

    private Session(String id, FileChannel channel, FileLock lock) {
      this.id = id;
      this.channel = channel;
      this.lock = lock;
    }

    /** Its name. */
    public String id() {
      return id;
    }

    /** A new name for a directory of its own. */
    public Path fresh(String kind) throws IOException {
      Path mine = staging.resolve(id);
      Files.createDirectories(mine);
      return mine.resolve(kind + "-" + UUID.randomUUID());
    }

    /** Ends it; what it staged is deleted. */
    @Override
    public void close() throws IOException {
      if (lock.isValid()) {
        Trash.delete(staging.resolve(id));
        lock.release();
        channel.close();
        Files.deleteIfExists(file(id));
      }
    }
  }

  /** Makes the directories. */
  public void make() throws IOException {
    Files.createDirectories(directory);
    Files.createDirectories(staging);
  }

  /** Begins one; within a write of the index. */
  public Session begin() throws IOException {
    String id = OWN + UUID.randomUUID();
    FileChannel channel =
        FileChannel.open(file(id), StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    return new Session(id, channel, channel.lock());
  }

  private Path file(String id) {
    return directory.resolve(id + SUFFIX);
  }

  /** Whether its process is there and has not ended it; within a write of the index. */
  public boolean isAlive(String id) throws IOException {
    if (id.startsWith(OWN)) {
      return Files.exists(file(id));
    }
    try (FileChannel channel = FileChannel.open(file(id), StandardOpenOption.WRITE)) {
      FileLock lock = channel.tryLock();
      return lock == null;
    } catch (NoSuchFileException e) {
      return false;
    }
  }

  /** All that are not alive and left something; within a write of the index. */
  public List<String> dead() throws IOException {
    Set<String> ids = new TreeSet<>(names(staging));
    for (String name : names(directory)) {
      ids.add(name.endsWith(SUFFIX) ? name.substring(0, name.length() - SUFFIX.length()) : name);
    }
    List<String> dead = new ArrayList<>();
    for (String id : ids) {
      if (!isAlive(id)) {
        dead.add(id);
      }
    }
    return dead;
  }

  /** Deletes what a dead one left; the bytes that the disk has more. */
  public long bury(String id) throws IOException {
    long freed = Trash.delete(staging.resolve(id));
    Files.deleteIfExists(file(id));
    return freed;
  }

  private static List<String> names(Path directory) throws IOException {
    try (Stream<Path> children = Files.list(directory)) {
      return children.map(x -> String.valueOf(x.getFileName())).toList();
    }
  }
}
