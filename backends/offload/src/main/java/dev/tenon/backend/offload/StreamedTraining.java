package dev.tenon.backend.offload;

import dev.tenon.backend.offload.StateStore.Vector;
import dev.tenon.backend.pytorch.internal.NativeScope;
import dev.tenon.backend.pytorch.internal.TorchValue;
import dev.tenon.backend.pytorch.internal.engine.BatchGradients;
import dev.tenon.backend.pytorch.internal.engine.CachedModel;
import dev.tenon.backend.pytorch.internal.engine.Kernels;
import dev.tenon.backend.pytorch.internal.engine.MicroBatch;
import dev.tenon.backend.pytorch.internal.engine.TrainingModel;
import dev.tenon.checkpoint.TrainingState;
import dev.tenon.checkpoint.Weights;
import dev.tenon.error.CheckpointException;
import dev.tenon.internal.Problems;
import dev.tenon.nn.script.Prelude;
import org.jspecify.annotations.Nullable;

/**
 * Training of a network whose weights, gradients and moments lie in a {@link StateStore}: the
 * driver runs a stage at a time, and gradients are those of a run with gradient checkpointing. A
 * step that failed half way through its update leaves nothing to go on with but another state.
 */
final class StreamedTraining implements TrainingModel {
  private final OffloadedRun run;
  private @Nullable StreamedModel view;
  private long age;
  private boolean torn;

  /** Trains what a run stores, and closes it. */
  StreamedTraining(OffloadedRun run) {
    this.run = run;
  }

  @Override
  public TorchValue forward(MicroBatch batch, TorchValue chunk, NativeScope scope) {
    refuseTorn();
    return run.forward().run(batch, chunk, scope);
  }

  @Override
  public BatchGradients gradients(int microBatches, double lossScale, NativeScope step) {
    refuseTorn();
    return new StreamedGradients(run, microBatches, lossScale, step, this::update);
  }

  /** Until it is through, the store holds weights and moments of two steps. */
  private void update(TorchValue norm, double maxNorm, double factor) {
    torn = true;
    new Update(run, norm, maxNorm, age, factor).take();
    torn = false;
    age++;
  }

  private void refuseTorn() {
    if (torn) {
      throw new CheckpointException(
          Problems.problem(
              "weights of " + run.network().architecture(),
              "of two steps, for an update failed",
              "those of a state that is loaded first"));
    }
  }

  @Override
  public Weights weights() {
    return whole(Vector.WEIGHTS);
  }

  @Override
  public Weights firstMoments() {
    return whole(Vector.FIRST_MOMENTS);
  }

  @Override
  public Weights secondMoments() {
    return whole(Vector.SECOND_MOMENTS);
  }

  private Weights whole(Vector vector) {
    refuseTorn();
    return run.store().tensors(vector);
  }

  @Override
  public void load(TrainingState state) {
    torn = true;
    load(Vector.WEIGHTS, state.weights());
    load(Vector.FIRST_MOMENTS, state.firstMoments());
    load(Vector.SECOND_MOMENTS, state.secondMoments());
    age = state.progress().step();
    torn = false;
  }

  private void load(Vector vector, Weights source) {
    for (String name : source.names()) {
      try (NativeScope scope = run.bridge().scope("load")) {
        run.store().write(vector, name, ReadStages.f32(source, name, scope));
      }
    }
  }

  @Override
  public CachedModel view() {
    refuseTorn();
    StreamedModel model = view;
    if (model == null) {
      model = new StreamedModel(run.forward(), prelude(), 0, () -> {});
      view = model;
    }
    return model;
  }

  /** It reads weights as they are; what it holds is its text. */
  @Override
  public void dropView() {
    StreamedModel model = view;
    if (model != null) {
      view = null;
      model.close();
    }
  }

  @Override
  public void close() {
    try {
      dropView();
    } finally {
      run.close();
    }
  }

  private Prelude prelude() {
    return Kernels.find(run.bridge(), run.network(), run.spec().precision());
  }
}
