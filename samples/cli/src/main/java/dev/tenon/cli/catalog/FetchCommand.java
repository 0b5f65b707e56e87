package dev.tenon.cli.catalog;

import dev.tenon.catalog.Catalog;
import dev.tenon.catalog.source.image.ImageSource;
import dev.tenon.catalog.store.StoredVersion;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code tenon fetch}. */
@Command(
    name = "fetch",
    description = {
      "Bring the files of a registered model or dataset into the store.",
      "A broken fetch goes on where it was; files that are there are not asked for again.",
      "Exit code: 0 they are there, 1 they are not."
    },
    mixinStandardHelpOptions = true,
    sortOptions = false)
public final class FetchCommand implements Callable<Integer> {
  @Spec private CommandSpec command = CommandSpec.create();

  @Parameters(paramLabel = "NAME", description = "NAME or NAMESPACE/NAME.")
  private String name = "";

  @Option(names = "--dataset", description = "A dataset, not a model.")
  private boolean dataset;

  @Mixin private HomeOptions home = new HomeOptions();

  /** For picocli. */
  public FetchCommand() {}

  @Override
  public Integer call() {
    try (Catalog catalog = home.open()) {
      FetchProgress progress = new FetchProgress(command.commandLine().getErr());
      StoredVersion version =
          dataset ? catalog.dataset(name, progress) : catalog.fetch(name, progress);
      home.print(version, command.commandLine().getOut());
      if (ImageSource.KIND.equals(version.record().lineage().origin().get("kind"))) {
        PrintWriter err = command.commandLine().getErr();
        err.println(
            version.ref().text()
                + " is a build context, no model yet: run the image as its README.md says, then"
                + " tenon upload "
                + name
                + " DIR");
        err.flush();
      }
    }
    return 0;
  }
}
