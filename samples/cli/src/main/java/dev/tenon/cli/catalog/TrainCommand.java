package dev.tenon.cli.catalog;

import dev.tenon.catalog.Catalog;
import dev.tenon.catalog.job.Job;
import java.util.concurrent.Callable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code tenon train}. */
@Command(
    name = "train",
    description = {
      "Run the training that a registered model declares; its files are fetched first.",
      "The result is a new version whose parent is the one that it started from.",
      "Exit code: 0 there is a new version, 1 there is none, 130 cancelled by SIGINT."
    },
    mixinStandardHelpOptions = true,
    sortOptions = false)
public final class TrainCommand implements Callable<Integer> {
  @Spec private CommandSpec command = CommandSpec.create();

  @Parameters(paramLabel = "NAME", description = "NAME or NAMESPACE/NAME of a registered model.")
  private String name = "";

  @ArgGroup(validate = false, heading = "Run:%n")
  private LaunchArguments arguments = new LaunchArguments();

  @Mixin private HomeOptions home = new HomeOptions();

  /** For picocli. */
  public TrainCommand() {}

  @Override
  public Integer call() {
    FetchProgress progress = new FetchProgress(command.commandLine().getErr());
    try (Catalog catalog = home.open()) {
      Job job = catalog.train(name, arguments.options(), progress);
      return new FollowedJob(home, command.commandLine()).follow(catalog, job);
    }
  }
}
