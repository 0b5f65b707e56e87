package dev.tenon.checkpoint;

import dev.tenon.checkpoint.CheckpointDirectory.Checkpoint;
import dev.tenon.error.CheckpointException;
import dev.tenon.internal.Durable;
import dev.tenon.internal.Problems;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The directories {@code step-<number>} of a checkpoint root. */
final class StepDirectories {
  private static final Pattern NAME = Pattern.compile("step-(0|[1-9][0-9]{0,17})");

  /** Other programs' states: DeepSpeed's, transformers', and whatever is a pickle by its name. */
  private static final Pattern FOREIGN =
      Pattern.compile("global_step[0-9]+|checkpoint-[0-9]+|.*\\.(pt|pth|bin|ckpt|distcp)");

  private static final Pattern LEFTOVER = Pattern.compile("\\.(step-[0-9]+|latest)\\.tmp-.*");

  private StepDirectories() {}

  /** Whether a name in a root tells that there was a checkpoint, whole or not. */
  static boolean isTrace(String name) {
    return name.startsWith("step-") || Durable.isQuarantined(name);
  }

  /** Whether a name in a root tells of another program's state. */
  static boolean isForeign(String name) {
    return FOREIGN.matcher(name).matches();
  }

  /** Whether a name in a root is that of a commit that did not finish. */
  static boolean isLeftover(String name) {
    return LEFTOVER.matcher(name).matches();
  }

  /** The number in a directory's name; empty if it is no such name. */
  static OptionalLong step(String name) {
    Matcher step = NAME.matcher(name);
    return step.matches() ? OptionalLong.of(Long.parseLong(step.group(1))) : OptionalLong.empty();
  }

  /** All of a root, by their numbers. */
  static List<Checkpoint> list(Path root) throws IOException {
    List<Checkpoint> found = new ArrayList<>();
    try (Stream<Path> files = Files.list(root)) {
      for (Path file : (Iterable<Path>) files::iterator) {
        OptionalLong step = step(String.valueOf(file.getFileName()));
        if (step.isPresent() && Files.isDirectory(file, LinkOption.NOFOLLOW_LINKS)) {
          found.add(new Checkpoint(file, step.getAsLong()));
        }
      }
    }
    found.sort(Comparator.comparingLong(Checkpoint::step));
    return List.copyOf(found);
  }

  /**
   * The newest one whose files have the sizes of its manifest; empty if there is none at all.
   *
   * @throws CheckpointException if there are some and none is whole
   */
  static Optional<Checkpoint> newestWhole(Path root) throws IOException {
    List<Checkpoint> all = list(root);
    Problems problems = new Problems();
    for (int i = all.size() - 1; i >= 0; i--) {
      Checkpoint checkpoint = all.get(i);
      try {
        Manifest.read(checkpoint.directory()).check(checkpoint.directory(), false);
        return Optional.of(checkpoint);
      } catch (CheckpointException e) {
        problems.add(String.valueOf(e.getMessage()));
      }
    }
    problems.throwIfAny(x -> new CheckpointException(root + ": no checkpoint is whole: " + x));
    return Optional.empty();
  }
}
