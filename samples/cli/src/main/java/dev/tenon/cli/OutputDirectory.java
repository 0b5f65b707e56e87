package dev.tenon.cli;

import dev.tenon.checkpoint.CheckpointDirectory;
import dev.tenon.error.InvalidInputException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** Refuses, before a long run, a directory that could not be written at its end. */
final class OutputDirectory {
  private OutputDirectory() {}

  /**
   * Checks the directory of a result.
   *
   * @param output must be missing, empty, or written by Tenon
   * @param model what the run starts from; must be another directory
   */
  static void check(Path output, Path model) {
    try {
      if (!Files.exists(output)) {
        return;
      }
      if (!Files.isDirectory(output)) {
        throw wrong(output, "a file");
      }
      if (Files.exists(model) && Files.isSameFile(output, model)) {
        throw wrong(output, "the model's own directory");
      }
      if (!isEmpty(output) && !Files.exists(output.resolve(CheckpointDirectory.MARK))) {
        throw wrong(output, "a directory with files of others");
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static boolean isEmpty(Path directory) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.findAny().isEmpty();
    }
  }

  private static InvalidInputException wrong(Path output, String found) {
    return new InvalidInputException(
        "--output "
            + output
            + ": "
            + found
            + " (expected: a new or empty directory, or one that tenon wrote)");
  }
}
