package dev.tenon.cli;

import dev.tenon.modelinterface.data.Batches;
import java.util.Optional;
import picocli.CommandLine;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** How long a run is: one of the two. */
final class RunLength {
  @Option(
      names = "--steps",
      required = true,
      paramLabel = "N",
      description = "Optimizer steps, of as many passes over the data as that takes.")
  private Optional<Long> steps = Optional.empty();

  @Option(
      names = "--epochs",
      required = true,
      paramLabel = "N",
      description = "Passes over the data.")
  private Optional<Long> epochs = Optional.empty();

  /** Picocli does not ask for a group whose options may be empty. */
  void check(CommandLine command) {
    if (steps.isEmpty() && epochs.isEmpty()) {
      throw new ParameterException(command, "Missing required option: '--steps=N' or '--epochs=N'");
    }
  }

  /** Batches of one pass, for the whole run. */
  Batches of(Batches pass) {
    return steps.map(pass::steps).or(() -> epochs.map(pass::epochs)).orElse(pass);
  }
}
