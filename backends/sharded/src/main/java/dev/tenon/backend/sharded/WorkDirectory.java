package dev.tenon.backend.sharded;

import dev.tenon.error.CheckpointException;
import dev.tenon.internal.Problems;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;

/**
 * The private directory of one engine: the worker's files in {@code worker}, configuration, logs
 * and what is too large for a frame in {@code run}. Nobody else may enter, and its name cannot be
 * guessed.
 */
final class WorkDirectory implements AutoCloseable {
  private static final List<String> FILES =
      List.of(
          "supervisor.py",
          "tenon_worker/__init__.py",
          "tenon_worker/archives.py",
          "tenon_worker/deepspeed_sharding.py",
          "tenon_worker/frames.py",
          "tenon_worker/fsdp_sharding.py",
          "tenon_worker/lifetime.py",
          "tenon_worker/program.py",
          "tenon_worker/rank.py",
          "tenon_worker/ranks.py",
          "tenon_worker/replicated.py",
          "tenon_worker/sharding.py",
          "tenon_worker/supervisor.py",
          "tenon_worker/tensors.py");

  private final Path root;
  private final AtomicLong files = new AtomicLong();
  private final List<Path> others = new ArrayList<>();

  private WorkDirectory(Path root) {
    this.root = root;
  }

  /** Makes one, with the worker's files. */
  static WorkDirectory create() {
    try {
      WorkDirectory made = new WorkDirectory(Files.createTempDirectory("tenon-sharded-"));
      Files.createDirectories(made.run());
      for (String file : FILES) {
        Path target = made.worker().resolve(file);
        Files.createDirectories(Objects.requireNonNull(target.getParent()));
        try (InputStream in = resource(file)) {
          Files.copy(in, target);
        }
      }
      return made;
    } catch (IOException e) {
      throw new CheckpointException(
          Problems.problem("private directory of the ranks", e, "a writable temporary directory"),
          e);
    }
  }

  private static InputStream resource(String file) {
    String name = "worker/" + file;
    return Objects.requireNonNull(WorkDirectory.class.getResourceAsStream(name), name);
  }

  Path worker() {
    return root.resolve("worker");
  }

  Path run() {
    return root.resolve("run");
  }

  /** A private directory below another one, for files that must lie there; it goes with this. */
  Path below(Path other) {
    try {
      Path made = Files.createTempDirectory(Files.createDirectories(other), "tenon-sharded-");
      others.add(made);
      return made;
    } catch (IOException e) {
      throw new CheckpointException(
          Problems.problem("directory of offloaded state " + other, e, "a writable directory"), e);
    }
  }

  /** A path in {@link #run} that no other call gives. */
  Path newFile(String suffix) {
    return run().resolve("file-" + files.incrementAndGet() + suffix);
  }

  /** Deletes everything that can be deleted. */
  @Override
  public void close() {
    others.forEach(WorkDirectory::delete);
    delete(root);
  }

  private static void delete(Path root) {
    try (Stream<Path> all = Files.walk(root)) {
      all.sorted(Comparator.reverseOrder()).forEach(Parcels::delete);
    } catch (IOException | UncheckedIOException e) {
      // What stays is in the temporary directory, and the engine is closed all the same.
    }
  }

  /** The directory. */
  @Override
  public String toString() {
    return root.toString();
  }
}
