package dev.tenon.modelinterface.loop;

import dev.tenon.error.WorkerLostException;
import dev.tenon.internal.Problems;
import dev.tenon.model.Model;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * A run that makes its model itself, and makes it anew when a worker is lost. Runs once, on one
 * thread.
 */
final class Restarts {
  private final FinetuneLoop loop;
  private final Supplier<Model> models;
  private Optional<FinetuneRun> run = Optional.empty();
  private Optional<WorkerLostException> lost = Optional.empty();
  private long progressAt = -1;
  private int inARow;

  Restarts(FinetuneLoop loop, Supplier<Model> models) {
    this.loop = loop;
    this.models = models;
  }

  FinetuneResult toEnd() {
    try (FinetuneLoop.End end = () -> run.ifPresent(FinetuneRun::end)) {
      while (true) {
        try (Model model = models.get()) {
          FinetuneRun now = begin(model);
          run = Optional.of(now);
          return now.toEnd();
        } catch (WorkerLostException e) {
          count(e);
          lost = Optional.of(e);
        }
      }
    }
  }

  private FinetuneRun begin(Model model) {
    loop.requireFits(model);
    return run.isPresent() && lost.isPresent()
        ? run.get().again(model, lost.get())
        : new FinetuneRun(loop, model);
  }

  /** Only a checkpoint is progress: steps without one are taken again. */
  private void count(WorkerLostException e) {
    long checkpointAt = run.map(FinetuneRun::checkpointAt).orElse(-1L);
    inARow = checkpointAt > progressAt ? 1 : inARow + 1;
    progressAt = Math.max(progressAt, checkpointAt);
    if (loop.restarts > 0 && inARow > loop.restarts) {
      String expected = "at most " + loop.restarts + " restarts without a new checkpoint";
      throw new WorkerLostException(
          e.getMessage() + "; " + Problems.problem("losses in a row", inARow, expected), e);
    }
    if (loop.restarts == 0) {
      throw e;
    }
  }
}
