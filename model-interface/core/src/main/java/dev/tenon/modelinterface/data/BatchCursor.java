package dev.tenon.modelinterface.data;

import dev.tenon.error.InvalidInputException;
import dev.tenon.internal.Problems;
import dev.tenon.model.ModelVersion;
import dev.tenon.tensor.NamedArray;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;

/** A place in the batches of a run. Not thread-safe. */
public final class BatchCursor implements Iterator<NamedArray> {
  private final Batches batches;
  private List<List<Integer>> plan;
  private ModelVersion version;

  BatchCursor(Batches batches, ModelVersion done) {
    this.batches = batches;
    this.plan = batches.plan(done.epoch());
    this.version = done;
    long steps = batches.before(done.epoch()) + done.epochStep();
    if (done.epochStep() > plan.size() || done.globalStep() != steps) {
      throw new InvalidInputException(
          Problems.problem(
              "steps done",
              done,
              steps + " steps in all and at most " + plan.size() + " in epoch " + done.epoch()));
    }
  }

  @Override
  public boolean hasNext() {
    return batches.continues(version, left());
  }

  @Override
  public NamedArray next() {
    if (!hasNext()) {
      throw new NoSuchElementException("no batch follows " + version);
    }
    if (left() == 0) {
      version = version.nextEpoch();
      plan = batches.plan(version.epoch());
    }
    NamedArray batch = batches.batch(plan.get((int) version.epochStep()));
    version = version.nextStep();
    return batch;
  }

  /**
   * The steps up to and with the batch returned last; after the last batch of a pass still in that
   * pass.
   */
  public ModelVersion version() {
    return version;
  }

  /** Whether the batch returned last was the last one of its pass. */
  public boolean passEnded() {
    return left() == 0;
  }

  private int left() {
    return plan.size() - (int) version.epochStep();
  }
}
