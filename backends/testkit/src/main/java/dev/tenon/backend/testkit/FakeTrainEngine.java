package dev.tenon.backend.testkit;

import dev.tenon.checkpoint.TrainingState;
import dev.tenon.error.TrainingDivergedException;
import dev.tenon.error.WorkerLostException;
import dev.tenon.internal.CallGuard;
import dev.tenon.internal.Problems;
import dev.tenon.model.Metrics;
import dev.tenon.model.TrainEngine;
import dev.tenon.objective.Objective;
import dev.tenon.spec.FinetuneSpec;
import dev.tenon.tensor.NamedArray;
import dev.tenon.tensor.TensorSink;
import java.nio.file.Path;
import java.util.Set;

/** Training in plain Java. */
final class FakeTrainEngine extends FakeEngine implements TrainEngine {
  private final FinetuneSpec spec;
  private final FakeAdamW optimizer;
  private final Set<String> trained;
  private long version;
  private int skippedInARow;
  private boolean lost;

  FakeTrainEngine(FakeBackend backend, FakeNetwork network, FinetuneSpec spec) {
    super(backend, network, spec.microBatchTokens());
    this.spec = spec;
    this.trained = network.trained(spec);
    this.optimizer = new FakeAdamW(network, spec);
  }

  @Override
  public Metrics trainBatch(NamedArray batch, Objective objective) {
    try (CallGuard.Pass pass = guard.enter()) {
      refuseOpenSessions();
      RunningObjective running = check(batch, objective);
      countForLosses();
      see(batch);
      FakeParameters gradients = FakeParameters.zeros(network());
      Metrics sums = compute(batch, running, gradients);
      gradients.scale(1 / sums.get("weight"));
      gradients.keep(trained);
      double norm = gradients.norm();
      double factor = spec.scheduleFactor(version);
      Metrics metrics =
          sums.with("grad_norm", norm).with("learning_rate", spec.learningRate() * factor);
      if (!Double.isFinite(sums.get("loss")) || !Double.isFinite(norm)) {
        return skipped(metrics);
      }
      skippedInARow = 0;
      if (running.function().veto(sums.asMap())) {
        return metrics.with("vetoed", 1);
      }
      clip(gradients, norm);
      optimizer.step(weights, gradients, version, factor);
      version++;
      return metrics;
    }
  }

  private void countForLosses() {
    refuseWhenLost();
    try {
      backend.losses().count();
    } catch (WorkerLostException e) {
      lost = true;
      throw e;
    }
  }

  private void refuseWhenLost() {
    if (lost) {
      throw new WorkerLostException(Problems.problem("worker", "lost before", "alive"));
    }
  }

  private Metrics skipped(Metrics metrics) {
    skippedInARow++;
    if (skippedInARow > spec.maxSkippedSteps()) {
      throw new TrainingDivergedException(
          Problems.problem(
              "skipped steps in a row",
              skippedInARow,
              "at most " + spec.maxSkippedSteps() + " with a non-finite loss or gradient"));
    }
    return metrics.with("skipped", 1);
  }

  /** As {@code torch.nn.utils.clip_grad_norm_}. */
  private void clip(FakeParameters gradients, double norm) {
    if (spec.maxGradNorm() > 0) {
      gradients.scale(Math.min(1, spec.maxGradNorm() / (norm + 1e-6)));
    }
  }

  @Override
  public Metrics gradients(NamedArray batch, Objective objective, TensorSink sink) {
    try (CallGuard.Pass pass = guard.enter()) {
      RunningObjective running = check(batch, objective);
      FakeParameters gradients = FakeParameters.zeros(network());
      Metrics sums = compute(batch, running, gradients);
      gradients.scale(1 / sums.get("weight"));
      gradients.keep(trained);
      gradients.accept(trained, sink);
      return sums.with("grad_norm", gradients.norm());
    }
  }

  @Override
  public void parameters(TensorSink sink) {
    try (CallGuard.Pass pass = guard.enter()) {
      refuseWhenLost();
      weights.accept(sink);
    }
  }

  @Override
  public long version() {
    return version;
  }

  @Override
  public void saveState(Path directory) {
    try (CallGuard.Pass pass = guard.enter()) {
      refuseWhenLost();
      TrainingState.write(
          directory,
          new TrainingState.Progress(network().architecture(), version, skippedInARow),
          spec,
          model -> network().save(model, weights.toWeights()),
          optimizer.first.toWeights(trained),
          optimizer.second.toWeights(trained));
    }
  }

  @Override
  public void loadState(Path directory) {
    try (CallGuard.Pass pass = guard.enter()) {
      refuseOpenSessions();
      refuseWhenLost();
      TrainingState state = network().openState(directory, spec);
      weights.assign(state.weights());
      optimizer.first.assign(state.firstMoments());
      optimizer.second.assign(state.secondMoments());
      version = state.progress().step();
      skippedInARow = state.progress().skippedInARow();
      state.warnOfChanges(spec);
    }
  }
}
