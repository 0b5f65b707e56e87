package dev.tenon.cli.catalog;

import dev.tenon.catalog.Catalog;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code tenon upload}. */
@Command(
    name = "upload",
    description = {
      "Put files into the store as a new version of a registered model, or of a dataset.",
      "Exit code: 0 they are there, 1 they are not."
    },
    mixinStandardHelpOptions = true,
    sortOptions = false)
public final class UploadCommand implements Callable<Integer> {
  @Spec private CommandSpec command = CommandSpec.create();

  @Parameters(index = "0", paramLabel = "NAME", description = "NAME or NAMESPACE/NAME.")
  private String name = "";

  @Parameters(
      index = "1",
      paramLabel = "DIR",
      description =
          "A directory, an archive (.tar.gz, .tgz, .tar, .zip), for a dataset also a file.")
  private Path files = Path.of("");

  @Option(names = "--dataset", description = "A dataset, not a model.")
  private boolean dataset;

  @Mixin private HomeOptions home = new HomeOptions();

  /** For picocli. */
  public UploadCommand() {}

  @Override
  public Integer call() {
    try (Catalog catalog = home.open()) {
      home.print(
          dataset ? catalog.uploadDataset(name, files) : catalog.upload(name, files),
          command.commandLine().getOut());
    }
    return 0;
  }
}
