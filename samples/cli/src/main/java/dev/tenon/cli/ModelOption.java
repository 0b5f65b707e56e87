package dev.tenon.cli;

import java.nio.file.Path;
import picocli.CommandLine.Option;

/** The model that a command starts from. */
final class ModelOption {
  @Option(
      names = "--model",
      required = true,
      paramLabel = "DIR",
      description = "HuggingFace directory.")
  private Path directory = Path.of("");

  Path directory() {
    return directory;
  }
}
