package dev.tenon.backend.testkit.faults;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The real file system with one fault in it. Every operation that changes something, of any path
 * that {@link #on} gave or that came from one, has a number from 0: create, write, force, truncate,
 * move, delete, and so on. A first run without a fault tells how many there are; then each of them
 * can be the one that fails. Reads never fail.
 *
 * <pre>
 * FileFaults count = FileFaults.none();
 * save(count.on(directory));
 * for (int k = 0; k &lt; count.operations().size(); k++) {
 *   FileFaults fault = FileFaults.at(k, FileFaults.Kind.NO_SPACE);
 *   assertThatThrownBy(() -&gt; save(fault.on(directory))).isInstanceOf(CheckpointException.class);
 *   …
 * }
 * </pre>
 *
 * <p>Safe for threads.
 */
public final class FileFaults {
  /** What happens at the operation. */
  public enum Kind {
    /**
     * The process is killed: a write gets half of its bytes to the disk, and from then on nothing
     * reaches the disk; every operation throws {@link Halted}.
     */
    HALT,
    /** A write gets half of its bytes to the disk, then this one operation fails. */
    IO_ERROR,
    /** From then on nothing can be created or written; renames and deletions work. */
    NO_SPACE,
    /** A write writes half of what it was given and says so, as a file system may. */
    SHORT_WRITE,
    /** From then on nothing can be changed. */
    READ_ONLY
  }

  /** Thrown where a real process would be gone. */
  public static final class Halted extends Error {
    private static final long serialVersionUID = 1L;

    private Halted() {
      super("halted");
    }
  }

  private final long at;
  private final Kind kind;
  private final Runnable onHalt;
  private final List<String> operations = new ArrayList<>();
  private final FaultyFileSystem files = new FaultyFileSystem(this);

  private FileFaults(long at, Kind kind, Runnable onHalt) {
    this.at = at;
    this.kind = kind;
    this.onHalt = onHalt;
  }

  /** Counts operations. */
  public static FileFaults none() {
    return at(Long.MAX_VALUE, Kind.IO_ERROR);
  }

  /** A fault at the operation with a number. */
  public static FileFaults at(long operation, Kind kind) {
    return new FileFaults(operation, kind, () -> {});
  }

  /**
   * A halt that is real.
   *
   * @param halt ends this JVM, as {@code Runtime.halt} does
   */
  public static FileFaults haltAt(long operation, Runnable halt) {
    return new FileFaults(operation, Kind.HALT, halt);
  }

  /** The same place, where the fault is. */
  public Path on(Path real) {
    return files.wrap(real);
  }

  /** What was asked for so far, in order, such as {@code write optimizer.safetensors 4096}. */
  public synchronized List<String> operations() {
    return List.copyOf(operations);
  }

  /** Whether the fault has happened. */
  public synchronized boolean happened() {
    return operations.size() > at;
  }

  /** Something that changes the disk. */
  @FunctionalInterface
  interface Change<T> {
    T run() throws IOException;
  }

  /** Runs an operation that writes nothing. */
  <T> T change(String what, Path path, Change<T> change) throws IOException {
    return change(what, path, change, () -> {});
  }

  /** A part of a change. */
  @FunctionalInterface
  interface Part {
    void run() throws IOException;
  }

  /**
   * Runs an operation, or what is left of it.
   *
   * @param half what reaches the disk if it is cut off
   */
  <T> T change(String what, Path path, Change<T> change, Part half) throws IOException {
    boolean now;
    boolean after;
    synchronized (this) {
      now = operations.size() == at;
      after = operations.size() > at;
      operations.add(what + " " + path.getFileName());
    }
    if (now || after) {
      fail(what, path, now, half);
    }
    return change.run();
  }

  /** Whether the next operation is a write that is to be short. */
  synchronized boolean shortens() {
    return kind == Kind.SHORT_WRITE && operations.size() == at;
  }

  private void fail(String what, Path path, boolean now, Part half) throws IOException {
    switch (kind) {
      case HALT -> {
        if (now) {
          half.run();
          onHalt.run();
        }
        throw new Halted();
      }
      case IO_ERROR -> {
        if (now) {
          half.run();
          throw new FileSystemException(path.toString(), null, "Input/output error");
        }
      }
      case NO_SPACE -> {
        if (List.of("create", "write", "copy", "createDirectory").contains(what)) {
          throw new FileSystemException(path.toString(), null, "No space left on device");
        }
      }
      case READ_ONLY -> throw new AccessDeniedException(path.toString());
      case SHORT_WRITE -> {}
    }
  }

  /** Whether a question for write access is to be answered with no. */
  synchronized boolean readOnly() {
    return kind == Kind.READ_ONLY && operations.size() >= at;
  }
}
