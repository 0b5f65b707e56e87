package dev.tenon.checkpoint;

import dev.tenon.checkpoint.CheckpointDirectory.Checkpoint;
import dev.tenon.error.CheckpointException;
import dev.tenon.internal.Durable;
import dev.tenon.internal.Problems;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.OptionalLong;

/**
 * The file {@code latest} of a checkpoint root, one line with the name of a directory beside it.
 *
 * @param file which need not exist
 */
record LatestFile(Path file) {
  private static final String NAME = "latest";
  private static final int MAX_NAME = 64;

  static LatestFile of(Path root) {
    return new LatestFile(root.resolve(NAME));
  }

  boolean exists() {
    return Files.exists(file, LinkOption.NOFOLLOW_LINKS);
  }

  /**
   * The directory it names; what that holds is not looked at.
   *
   * @throws CheckpointException if it is no regular file, names something else, or what it names is
   *     no directory
   */
  Checkpoint read() throws IOException {
    if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
      throw problem("a directory or a link", "a file");
    }
    String name;
    try (InputStream in = Files.newInputStream(file)) {
      name = new String(in.readNBytes(MAX_NAME), StandardCharsets.UTF_8).stripTrailing();
    }
    OptionalLong step = StepDirectories.step(name);
    if (step.isEmpty()) {
      throw problem("\"" + name + "\"", "step-<number>");
    }
    Path directory = file.resolveSibling(name);
    if (!Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS)) {
      throw problem(name + ", which is missing", "a checkpoint beside it");
    }
    return new Checkpoint(directory, step.getAsLong());
  }

  private CheckpointException problem(String found, String expected) {
    return new CheckpointException(Problems.problem(String.valueOf(file), found, expected));
  }

  /** Names a checkpoint; afterwards it names that one or, after a failure, what it did before. */
  void write(Checkpoint checkpoint) throws IOException {
    String line = checkpoint.directory().getFileName() + "\n";
    Durable.writeFile(file, line.getBytes(StandardCharsets.UTF_8));
  }
}
