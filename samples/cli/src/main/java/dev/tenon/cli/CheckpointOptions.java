package dev.tenon.cli;

import dev.tenon.modelinterface.loop.FinetuneLoop;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Option;

/** Where a run keeps its checkpoints, and when it ends early. */
final class CheckpointOptions {
  @Option(
      names = "--checkpoints",
      paramLabel = "DIR",
      description = "Directory for checkpoints; the same command again goes on from the latest.")
  private Optional<Path> root = Optional.empty();

  @Option(
      names = "--checkpoint-every",
      paramLabel = "N",
      defaultValue = "500",
      description =
          "Steps between checkpoints; there is one at the end in any case (${DEFAULT-VALUE}).")
  private long every;

  @Option(names = "--keep", paramLabel = "N", description = "Keep only the newest N checkpoints.")
  private Optional<Integer> keep = Optional.empty();

  @Option(
      names = "--resume",
      negatable = true,
      defaultValue = "true",
      fallbackValue = "true",
      description =
          "Go on from the latest checkpoint; --no-resume refuses a directory that has any.")
  private boolean resume = true;

  @Option(
      names = "--restarts",
      paramLabel = "N",
      description =
          "When a rank is lost, start ranks anew and go on from the latest checkpoint; give up"
              + " after N losses in a row without a new one.")
  private Optional<Integer> restarts = Optional.empty();

  @Option(
      names = "--keep-best",
      description = "Also make and keep a checkpoint of the lowest loss on --eval-data.")
  private boolean keepBest;

  @Option(
      names = "--load-best",
      description = "Save the model of the lowest loss on --eval-data, not that of the last step.")
  private boolean loadBest;

  @Option(
      names = "--patience",
      paramLabel = "N",
      description = "End after N evaluations in a row without a lower loss.")
  private Optional<Integer> patience = Optional.empty();

  @Option(
      names = "--min-improvement",
      paramLabel = "X",
      defaultValue = "0",
      description =
          "By how much the loss must fall to count as lower for --patience (${DEFAULT-VALUE}).")
  private double minImprovement;

  /** Adds what was asked for to a run. */
  void addTo(FinetuneLoop.Builder loop) {
    root.ifPresent(directory -> loop.checkpoint(directory, every));
    root.filter(directory -> resume).ifPresent(loop::resumeOrStart);
    keep.ifPresent(loop::keepLast);
    restarts.ifPresent(loop::restarts);
    patience.ifPresent(evaluations -> loop.earlyStop(evaluations, minImprovement));
    if (keepBest) {
      loop.keepBest();
    }
    if (loadBest) {
      loop.loadBestAtEnd();
    }
  }
}
