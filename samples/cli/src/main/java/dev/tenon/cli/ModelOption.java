package dev.tenon.cli;

import java.nio.file.Path;
import picocli.CommandLine.Help.Visibility;
import picocli.CommandLine.Option;

/** The model that a command starts from. */
final class ModelOption {
  @Option(
      names = "--model",
      required = true,
      showDefaultValue = Visibility.NEVER,
      paramLabel = "DIR",
      description = "HuggingFace directory.")
  private Path directory = Path.of("");

  Path directory() {
    return directory;
  }
}
