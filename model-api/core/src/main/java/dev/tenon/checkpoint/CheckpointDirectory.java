package dev.tenon.checkpoint;

import dev.tenon.error.CheckpointException;
import dev.tenon.error.InvalidInputException;
import dev.tenon.internal.Durable;
import dev.tenon.internal.FileTree;
import dev.tenon.internal.Problems;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * Directories that appear as a whole or not at all, whenever the process dies: they are written
 * under a temporary name, forced to disk and then renamed. Two kinds:
 *
 * <p><b>Checkpoint roots</b> ({@link #commit}, {@link #latest}):
 *
 * <pre>
 * root/step-100/manifest.json   path, bytes and sha256 of every other file
 * root/step-100/…               what the writer wrote
 * root/latest                   "step-100": the checkpoint to resume from, replaced after the rename
 * </pre>
 *
 * <p><b>Plain directories</b> ({@link #write}), such as a HuggingFace directory. They hold {@code
 * tenon.json}, by which a later write knows that it may replace them.
 *
 * <p>Leftovers of a killed process ({@code .<name>.tmp-…}) are removed by the next write. One root
 * or directory has one writer at a time; readers may be many. Directories are forced to disk where
 * the platform can (not on Windows). Problems are {@link CheckpointException}s that name the path.
 *
 * <p>The file is long because the order of its steps is what makes it safe, and is read in one
 * place.
 */
public final class CheckpointDirectory {
  /** The file that marks a directory as written by Tenon. */
  public static final String MARK = "tenon.json";

  private CheckpointDirectory() {}

  /** Writes the files of one directory. */
  @FunctionalInterface
  public interface Writer {
    /**
     * Writes files and directories below an empty directory, which later gets another name.
     *
     * @throws IOException if that fails; the caller gets a {@link CheckpointException}
     */
    void write(Path directory) throws IOException;
  }

  /**
   * A committed checkpoint.
   *
   * @param directory where it lies
   * @param step number of optimizer steps
   */
  public record Checkpoint(Path directory, long step) {}

  /**
   * Adds a checkpoint to a root and makes it the latest. If the process dies, the latest is the old
   * or the new one, complete. Older checkpoints stay. A directory of this step that is not the
   * latest, left by a process that died, is replaced.
   *
   * @param root made if it is missing
   * @param step number of optimizer steps, ≥ 0; not that of the latest
   * @param writer writes the files; what it throws is passed on and nothing is committed
   */
  public static Checkpoint commit(Path root, long step, Writer writer) {
    if (step < 0) {
      throw new InvalidInputException(Problems.problem("step", step, "≥ 0"));
    }
    Path target = root.resolve("step-" + step);
    if (latest(root).filter(x -> x.step() == step).isPresent()) {
      throw new CheckpointException(
          Problems.problem(
              String.valueOf(target),
              "the latest checkpoint",
              "another step, for it is never replaced"));
    }
    return Durable.run(
        target,
        "a writable checkpoint root",
        () -> {
          Files.createDirectories(root);
          removeLeftovers(root, StepDirectories::isLeftover);
          written(
              target,
              writer,
              temporary -> {
                Manifest.of(temporary).write(temporary);
                FileTree.sync(temporary);
                Durable.deleteTree(target);
                Durable.rename(temporary, target);
              });
          Checkpoint made = new Checkpoint(target, step);
          LatestFile.of(root).write(made);
          return made;
        });
  }

  /**
   * The checkpoint to resume from; empty if the root is missing or nothing was ever committed.
   * Sizes are checked; {@link #verify} also checks contents, and {@link #resume} goes back to an
   * older one where this is damaged. Without a file {@code latest}, as a process leaves that died
   * during its first commit, it is the newest one that is whole.
   *
   * @throws CheckpointException if {@code latest} or what it names is damaged: never a silent start
   *     from step 0
   */
  public static Optional<Checkpoint> latest(Path root) {
    if (!isRoot(root)) {
      return Optional.empty();
    }
    LatestFile latest = LatestFile.of(root);
    if (!latest.exists()) {
      return Durable.run(root, "a readable directory", () -> StepDirectories.newestWhole(root));
    }
    return Optional.of(Durable.run(latest.file(), "a readable file", () -> named(latest)));
  }

  private static boolean isRoot(Path root) {
    if (Files.exists(root) && !Files.isDirectory(root)) {
      throw new CheckpointException(
          Problems.problem(String.valueOf(root), "a file", "a directory"));
    }
    return Files.exists(root);
  }

  private static Checkpoint named(LatestFile latest) throws IOException {
    Checkpoint checkpoint = latest.read();
    Manifest.read(checkpoint.directory()).check(checkpoint.directory(), false);
    return checkpoint;
  }

  /**
   * The checkpoint that a run goes on from, contents compared with its manifest: the one that
   * {@code latest} names, else the newest that is whole. Where one is damaged and another is good,
   * the damaged one is renamed to {@code .step-<number>.bad-<time>-<random>}, never deleted, and a
   * warning tells of it. Every byte of the checkpoint is read; nothing else of another program is.
   *
   * @return empty if the root is missing or nothing was ever committed there
   * @throws CheckpointException naming every file that is damaged, if there are checkpoints, or
   *     what is left of some, and none is good; nothing is renamed then. Also if one cannot be read
   *     at all, which does not mean that it is damaged
   */
  public static Optional<Checkpoint> resume(Path root) {
    if (!isRoot(root)) {
      return Optional.empty();
    }
    return Durable.run(root, "a checkpoint root", () -> new LoadRules(root).choose());
  }

  /**
   * Checks every file of a committed checkpoint against its manifest, contents included.
   *
   * @throws CheckpointException naming files that are missing, changed or not listed
   */
  public static void verify(Path directory) {
    Durable.run(
        directory,
        "a readable checkpoint",
        () -> {
          Manifest.read(directory).check(directory, true);
          return true;
        });
  }

  /**
   * The directories of all checkpoints of a root, by their steps; they are not opened.
   *
   * @return empty if the root is missing
   */
  public static List<Checkpoint> all(Path root) {
    return Files.isDirectory(root)
        ? Durable.run(root, "a readable directory", () -> StepDirectories.list(root))
        : List.of();
  }

  /**
   * Removes a checkpoint: it is gone as a whole, whenever the process dies.
   *
   * @throws CheckpointException if it is the latest of its root, or cannot be removed
   */
  public static void remove(Checkpoint checkpoint) {
    Path directory = checkpoint.directory();
    Path root = Durable.parent(directory);
    if (latest(root).filter(x -> x.step() == checkpoint.step()).isPresent()) {
      throw new CheckpointException(
          Problems.problem(
              String.valueOf(directory), "the latest checkpoint", "an older one to remove"));
    }
    Durable.run(
        directory,
        "a directory that can be removed",
        () -> {
          Path aside = Durable.temporaryBeside(directory);
          Durable.rename(directory, aside);
          Durable.deleteTree(aside);
          return true;
        });
  }

  /**
   * Writes a plain directory, replacing one that Tenon wrote. After a failure the old one is as it
   * was. Replacing takes two renames; if the process dies between them, {@link #recover} or the
   * next write brings the old one back.
   *
   * @param directory its parents are made if missing; must be missing, empty, or hold {@link #MARK}
   * @param writer writes the files, {@link #MARK} included; if it does not, a minimal one is added
   */
  public static void write(Path directory, Writer writer) {
    Path target = directory.toAbsolutePath().normalize();
    Durable.run(
        target,
        "a writable directory",
        () -> {
          Files.createDirectories(Durable.parent(target));
          recover(target);
          requireOurs(target);
          removeLeftovers(Durable.parent(target), x -> Durable.isTemporaryOf(target, x));
          written(
              target,
              writer,
              temporary -> {
                Path mark = temporary.resolve(MARK);
                if (!Files.exists(mark)) {
                  Files.writeString(mark, "{}\n");
                }
                FileTree.sync(temporary);
                replace(temporary, target);
              });
          return true;
        });
  }

  /**
   * Checks that {@link #write} may write there, so that a long run fails before it starts and not
   * at its end.
   *
   * @throws CheckpointException if the path is a file, or a directory with files that are not ours
   */
  public static void requireWritable(Path directory) {
    Path target = directory.toAbsolutePath().normalize();
    Durable.run(
        target,
        "a writable directory",
        () -> {
          requireOurs(target);
          return true;
        });
  }

  private static void requireOurs(Path target) throws IOException {
    if (!Files.exists(target, LinkOption.NOFOLLOW_LINKS)) {
      return;
    }
    if (!Files.isDirectory(target)) {
      throw new CheckpointException(
          Problems.problem(String.valueOf(target), "a file", "a directory"));
    }
    try (Stream<Path> files = Files.list(target)) {
      if (files.findAny().isPresent() && !Files.isRegularFile(target.resolve(MARK))) {
        throw new CheckpointException(
            Problems.problem(
                String.valueOf(target),
                "files that are not ours",
                "an empty directory or one with " + MARK));
      }
    }
  }

  private static void replace(Path temporary, Path target) throws IOException {
    if (!Files.exists(target, LinkOption.NOFOLLOW_LINKS)) {
      Durable.rename(temporary, target);
      return;
    }
    Path old = asideOf(target);
    Durable.rename(target, old);
    try {
      Durable.rename(temporary, target);
    } catch (IOException e) {
      Durable.rename(old, target);
      throw e;
    }
    Durable.deleteTree(old);
  }

  /**
   * Finishes what a process left that died while it replaced a plain directory: brings the old one
   * back if the new one had not appeared yet, else removes the old one. Does nothing when all is
   * well.
   */
  public static void recover(Path directory) {
    Path target = directory.toAbsolutePath().normalize();
    Path old = asideOf(target);
    Durable.run(
        target,
        "a writable directory",
        () -> {
          if (Files.exists(old, LinkOption.NOFOLLOW_LINKS)) {
            if (Files.exists(target, LinkOption.NOFOLLOW_LINKS)) {
              Durable.deleteTree(old);
            } else {
              Durable.rename(old, target);
            }
          }
          return true;
        });
  }

  private static Path asideOf(Path target) {
    return target.resolveSibling("." + target.getFileName() + ".old");
  }

  /** Something done with the temporary directory once it is written. */
  @FunctionalInterface
  private interface Finish {
    void run(Path temporary) throws IOException;
  }

  private static void written(Path target, Writer writer, Finish finish) throws IOException {
    Path temporary = Durable.temporaryBeside(target);
    try {
      Files.createDirectory(temporary);
      writer.write(temporary);
      finish.run(temporary);
    } finally {
      Durable.deleteTree(temporary);
    }
  }

  private static void removeLeftovers(Path parent, Predicate<String> isLeftover)
      throws IOException {
    List<Path> leftovers;
    try (Stream<Path> siblings = Files.list(parent)) {
      leftovers = siblings.filter(x -> isLeftover.test(String.valueOf(x.getFileName()))).toList();
    }
    for (Path leftover : leftovers) {
      Durable.deleteTree(leftover);
    }
  }
}
