package dev.tenon.backend.pytorch;

import dev.tenon.backend.pytorch.internal.NativeScope;
import dev.tenon.backend.pytorch.internal.TorchBridge;
import dev.tenon.backend.pytorch.internal.TorchModule;
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
import dev.tenon.nn.script.Prelude;
import dev.tenon.nn.script.ProgramArchives;
import dev.tenon.objective.Objective;
import dev.tenon.spec.FinetuneSpec;
import dev.tenon.tensor.NamedArray;
import dev.tenon.tensor.TensorSink;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Training with HuggingFace weights; generation through fused weights that are made when asked for
 * and dropped by a step.
 */
final class TorchTrainEngine extends TorchEngine implements TrainEngine {
  private final FinetuneSpec spec;
  private final NativeScope owned;
  private final TorchModule module;
  private final StageWeights weights;
  private final TrainingProgram program;
  private final OptimizerSteps steps;
  private @Nullable AdamWState optimizer;
  private @Nullable InferenceModel view;

  TorchTrainEngine(TorchBridge bridge, Network network, FinetuneSpec spec, long headChunkBytes) {
    super(bridge, network, spec.precision(), spec.microBatchTokens(), headChunkBytes);
    this.spec = spec;
    steps = new OptimizerSteps(spec);
    module = bridge.load(ProgramArchives.training(network.program(), spec.precision()));
    owned = bridge.scope("train engine");
    try {
      weights = StageWeights.copy(network, owned, network.trained(spec));
      program = new TrainingProgram(module, weights, spec.gradientCheckpointing(), owned);
    } catch (RuntimeException e) {
      release();
      throw e;
    }
  }

  @Override
  TorchValue forward(MicroBatch batch, NativeScope scope) {
    return program.forward(batch, chunk(scope), scope);
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
      dropView();
      Gradients gradients = backward(batch, objective, steps.lossScale().value(), step);
      double norm = program.clip(gradients.list, spec.maxGradNorm(), step);
      return steps.finish(
          gradients.metrics(norm),
          gradients.loss::veto,
          factor -> optimizer().step(gradients.list.elements(), factor, step));
    }
  }

  /** With another scale of the loss where this run's overflows; the run does not notice. */
  @Override
  public Metrics gradients(NamedArray batch, Objective objective, TensorSink sink) {
    try (CallGuard.Pass pass = guard.enter()) {
      LossScale lossScale = steps.lossScale();
      for (double scale = lossScale.value(); ; scale = lossScale.lower(scale)) {
        try (NativeScope step = bridge.scope("gradients")) {
          Gradients gradients = backward(batch, objective, scale, step);
          Metrics metrics = gradients.metrics(program.clip(gradients.list, 0, step));
          boolean scaledTooFar =
              Double.isFinite(metrics.get("loss")) && !OptimizerSteps.finite(metrics);
          if (scaledTooFar && lossScale.lower(scale) < scale) {
            continue;
          }
          Iterator<TorchValue> tensors = gradients.list.elements().iterator();
          for (String name : weights.trained().keySet()) {
            sink.accept(name, tensors.next().toTensorData());
          }
          return metrics;
        }
      }
    }
  }

  /** Forward and backward over all micro-batches; {@code scale} is in no gradient any more. */
  private Gradients backward(
      NamedArray batch, Objective objective, double scale, NativeScope step) {
    DropoutSeeds seeds = new DropoutSeeds(!spec.disableDropout(), spec.seed(), steps.version());
    List<NamedArray> parts = checkedMicroBatches(batch);
    BatchLoss loss = start(objective, batch, parts, seeds);
    OutputPlan plan = OutputPlan.of(network(), objective.outputs());
    TorchValue sums = program.noSums(step);
    for (int i = 0; i < parts.size(); i++) {
      NamedArray part = parts.get(i);
      try (NativeScope scope = bridge.scope("micro-batch")) {
        MicroBatch micro = new MicroBatch(part, plan, packed(), seeds.of(i), scope);
        program.backward(
            micro,
            chunk(scope),
            outputs -> loss.gradient(part, outputs, scale, scope),
            sums,
            scope);
      }
    }
    TorchValue whole = program.whole(sums, step);
    if (scale != 1) {
      program.unscale(whole, scale, step);
    }
    return new Gradients(whole, loss);
  }

  private AdamWState optimizer() {
    AdamWState state = optimizer;
    if (state == null) {
      state = new AdamWState(network(), weights, spec, module, owned);
      optimizer = state;
    }
    return state;
  }

  @Override
  public void parameters(TensorSink sink) {
    try (CallGuard.Pass pass = guard.enter()) {
      weights.byName().forEach((name, tensor) -> sink.accept(name, tensor.toTensorData()));
    }
  }

  @Override
  public long version() {
    return steps.version();
  }

  @Override
  public void saveState(Path directory) {
    try (CallGuard.Pass pass = guard.enter()) {
      AdamWState moments = optimizer();
      TrainingState.write(
          directory,
          steps.progress(network().architecture()),
          spec,
          model -> network().save(model, weights()),
          moments.firstMoments(),
          moments.secondMoments());
    }
  }

  @Override
  public void loadState(Path directory) {
    try (CallGuard.Pass pass = guard.enter();
        NativeScope scope = bridge.scope("loadState")) {
      sessions.refuseWhileOpen();
      TrainingState state = network().openState(directory, spec);
      dropView();
      // In place, since the driver's dicts and the optimizer's lists hold these tensors.
      AdamWState.assign(weights.byName(), state.weights(), scope);
      optimizer().load(state, scope);
      steps.restore(state.progress());
      state.warnOfChanges(spec);
    }
  }

  @Override
  SessionRows sessionRows() {
    InferenceModel model = view;
    if (model == null) {
      Prelude prelude = Kernels.find(bridge, network(), spec.precision());
      model = InferenceModel.fuse(bridge, network(), weights, prelude, 0);
      view = model;
    }
    return new KeyValueCache(model, bridge);
  }

  private void dropView() {
    InferenceModel model = view;
    if (model != null) {
      view = null;
      model.close();
    }
  }

  @Override
  Weights weights() {
    return new EngineWeights(weights.byName());
  }

  @Override
  RunRecord record() {
    return super.record().training(spec, steps.version());
  }

  @Override
  void release() {
    dropView();
    owned.close();
    module.close();
  }

  private record Gradients(TorchValue list, BatchLoss loss) {
    Metrics metrics(double norm) {
      return loss.metrics().with("grad_norm", norm);
    }
  }
}
