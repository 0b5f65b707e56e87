package dev.tenon.nn.internal.pass;

import dev.tenon.checkpoint.TrainingState;
import dev.tenon.error.TrainingDivergedException;
import dev.tenon.internal.Problems;
import dev.tenon.model.Metrics;
import dev.tenon.spec.FinetuneSpec;
import java.util.function.BooleanSupplier;
import java.util.function.DoubleConsumer;

/**
 * Counts the steps of a run and decides whether one is taken: not with a loss or gradient that is
 * no number, nor against an objective's veto. One thread.
 */
public final class OptimizerSteps {
  private final FinetuneSpec spec;
  private final LossScale lossScale;
  private long version;
  private int skippedInARow;

  /** Starts at 0. */
  public OptimizerSteps(FinetuneSpec spec) {
    this.spec = spec;
    lossScale = new LossScale(spec);
  }

  /** What the loss of the next step is multiplied with. */
  public LossScale lossScale() {
    return lossScale;
  }

  /** Steps done. */
  public long version() {
    return version;
  }

  /** What a training state says of a run of a network. */
  public TrainingState.Progress progress(String architecture) {
    return new TrainingState.Progress(architecture, version, skippedInARow, lossScale.state());
  }

  /** Goes on from a state. */
  public void restore(TrainingState.Progress progress) {
    version = progress.step();
    skippedInARow = progress.skippedInARow();
    lossScale.load(progress.scaler());
  }

  /**
   * Finishes a step whose gradients are there.
   *
   * @param gradients the objective's metrics and {@code grad_norm}
   * @param veto whether the objective wants no update
   * @param update changes the weights, given the schedule's factor
   * @return the metrics with {@code learning_rate} and, if so, {@code skipped} or {@code vetoed}
   * @throws TrainingDivergedException after too many steps without a number
   */
  public Metrics finish(Metrics gradients, BooleanSupplier veto, DoubleConsumer update) {
    double factor = spec.scheduleFactor(version);
    Metrics metrics =
        lossScale.addTo(gradients.with("learning_rate", spec.learningRate() * factor));
    if (!finite(metrics)) {
      skip(metrics);
      return metrics.with("skipped", 1);
    }
    skippedInARow = 0;
    lossScale.next(false);
    if (veto.getAsBoolean()) {
      return metrics.with("vetoed", 1);
    }
    update.accept(factor);
    version++;
    return metrics;
  }

  /** Whether loss and norm are numbers. */
  public static boolean finite(Metrics metrics) {
    return Double.isFinite(metrics.get("loss")) && Double.isFinite(metrics.get("grad_norm"));
  }

  /** Too large a scale of the loss is no divergence: the run goes on until it has fallen. */
  private void skip(Metrics metrics) {
    boolean scaledTooFar = Double.isFinite(metrics.get("loss")) && lossScale.canFall();
    lossScale.next(true);
    skippedInARow++;
    if (skippedInARow > spec.maxSkippedSteps() && !scaledTooFar) {
      throw new TrainingDivergedException(
          Problems.problem(
              "skipped steps in a row",
              skippedInARow,
              "at most " + spec.maxSkippedSteps() + " with a non-finite loss or gradient"));
    }
  }
}
