package dev.tenon.backend.pytorch.internal.engine;

import dev.tenon.backend.pytorch.internal.NativeScope;
import dev.tenon.backend.pytorch.internal.TorchBridge;
import dev.tenon.backend.pytorch.internal.TorchValue;
import dev.tenon.checkpoint.TrainingState;
import dev.tenon.checkpoint.Weights;
import dev.tenon.internal.CallGuard;
import dev.tenon.model.Metrics;
import dev.tenon.model.Network;
import dev.tenon.model.TrainEngine;
import dev.tenon.nn.internal.pass.DropoutSeeds;
import dev.tenon.nn.internal.pass.LossScale;
import dev.tenon.nn.internal.pass.OptimizerSteps;
import dev.tenon.nn.internal.pass.OutputPlan;
import dev.tenon.nn.internal.session.SessionRows;
import dev.tenon.objective.Objective;
import dev.tenon.spec.FinetuneSpec;
import dev.tenon.tensor.NamedArray;
import dev.tenon.tensor.TensorSink;
import java.nio.file.Path;
import java.util.List;

/** Training of a model, wherever it lives; generation through a view that a step drops. */
public final class TorchTrainEngine extends TorchEngine implements TrainEngine {
  private final FinetuneSpec spec;
  private final TrainingModel model;
  private final OptimizerSteps steps;

  /**
   * Trains a model and closes it.
   *
   * @param backend its name, for the record of a run
   */
  public TorchTrainEngine(
      String backend,
      TorchBridge bridge,
      Network network,
      FinetuneSpec spec,
      TrainingModel model,
      long headChunkBytes) {
    super(backend, bridge, network, spec.precision(), spec.microBatchTokens(), headChunkBytes);
    this.spec = spec;
    this.model = model;
    steps = new OptimizerSteps(spec);
  }

  @Override
  TorchValue forward(MicroBatch batch, NativeScope scope) {
    return model.forward(batch, chunk(scope), scope);
  }

  @Override
  boolean packed() {
    return network().program().packed();
  }

  @Override
  public Metrics trainBatch(NamedArray batch, Objective objective) {
    try (CallGuard.Pass pass = guard.enter();
        NativeScope step = bridge.scope("trainBatch")) {
      sessions.refuseWhileOpen();
      model.dropView();
      Backward done = backward(batch, objective, steps.lossScale().value(), step);
      double norm = done.gradients.clip(spec.maxGradNorm());
      return steps.finish(done.metrics(norm), done.loss::veto, done.gradients::update);
    }
  }

  /** With another scale of the loss where this run's overflows; the run does not notice. */
  @Override
  public Metrics gradients(NamedArray batch, Objective objective, TensorSink sink) {
    try (CallGuard.Pass pass = guard.enter()) {
      LossScale lossScale = steps.lossScale();
      for (double scale = lossScale.value(); ; scale = lossScale.lower(scale)) {
        try (NativeScope step = bridge.scope("gradients")) {
          Backward done = backward(batch, objective, scale, step);
          Metrics metrics = done.metrics(done.gradients.clip(0));
          boolean scaledTooFar =
              Double.isFinite(metrics.get("loss")) && !OptimizerSteps.finite(metrics);
          if (scaledTooFar && lossScale.lower(scale) < scale) {
            continue;
          }
          done.gradients.each(sink);
          return metrics;
        }
      }
    }
  }

  /** Forward and backward over all micro-batches; {@code scale} is in no gradient any more. */
  private Backward backward(NamedArray batch, Objective objective, double scale, NativeScope step) {
    DropoutSeeds seeds = new DropoutSeeds(!spec.disableDropout(), spec.seed(), steps.version());
    List<NamedArray> parts = checkedMicroBatches(batch);
    BatchLoss loss = start(objective, batch, parts, seeds);
    OutputPlan plan = OutputPlan.of(network(), objective.outputs());
    BatchGradients gradients = model.gradients(parts.size(), scale, step);
    for (int i = 0; i < parts.size(); i++) {
      NamedArray part = parts.get(i);
      try (NativeScope scope = bridge.scope("micro-batch")) {
        MicroBatch micro = new MicroBatch(part, plan, packed(), seeds.of(i), scope);
        gradients.add(
            micro, chunk(scope), outputs -> loss.gradient(part, outputs, scale, scope), scope);
      }
    }
    return new Backward(gradients, loss);
  }

  @Override
  public void parameters(TensorSink sink) {
    try (CallGuard.Pass pass = guard.enter()) {
      Weights weights = model.weights();
      network().shapes().keySet().forEach(name -> sink.accept(name, weights.read(name)));
    }
  }

  @Override
  public long version() {
    return steps.version();
  }

  @Override
  public void saveState(Path directory) {
    try (CallGuard.Pass pass = guard.enter()) {
      TrainingState.write(
          directory,
          steps.progress(network().architecture()),
          spec,
          target -> network().save(target, weights()),
          model.firstMoments(),
          model.secondMoments());
    }
  }

  @Override
  public void loadState(Path directory) {
    try (CallGuard.Pass pass = guard.enter()) {
      sessions.refuseWhileOpen();
      TrainingState state = network().openState(directory, spec);
      model.dropView();
      model.load(state);
      steps.restore(state.progress());
      state.warnOfChanges(spec);
    }
  }

  @Override
  SessionRows sessionRows() {
    return new KeyValueCache(model.view(), bridge);
  }

  @Override
  Weights weights() {
    return model.weights();
  }

  @Override
  RunRecord record() {
    return super.record().training(spec, steps.version());
  }

  @Override
  void release() {
    model.close();
  }

  private record Backward(BatchGradients gradients, BatchLoss loss) {
    Metrics metrics(double norm) {
      return loss.metrics().with("grad_norm", norm);
    }
  }
}
