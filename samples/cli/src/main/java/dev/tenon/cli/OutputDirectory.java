package dev.tenon.cli;

import dev.tenon.checkpoint.CheckpointDirectory;
import dev.tenon.error.InvalidInputException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

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
    CheckpointDirectory.requireWritable(output);
    try {
      if (Files.exists(output) && Files.exists(model) && Files.isSameFile(output, model)) {
        throw new InvalidInputException(
            "--output " + output + ": the model's own directory (expected: another directory)");
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
