package dev.tenon.backend.pytorch.internal.engine;

import dev.tenon.backend.pytorch.internal.NativeScope;
import dev.tenon.backend.pytorch.internal.TorchValue;
import dev.tenon.checkpoint.TrainingState;
import dev.tenon.checkpoint.Weights;

/**
 * Weights, gradients and moments of a network in training, wherever they live, and the driver that
 * runs on them. One thread.
 */
public interface TrainingModel extends AutoCloseable {
  /** The outputs of a micro-batch without gradients: {@code Dict[str, Tensor]}. */
  TorchValue forward(MicroBatch batch, TorchValue chunk, NativeScope scope);

  /**
   * Starts gradients of 0, before any that were started earlier are used no more.
   *
   * @param microBatches how many will be added
   * @param lossScale what the loss of each is multiplied with; in no gradient afterwards
   * @param step scope of one step, which they live in
   */
  BatchGradients gradients(int microBatches, double lossScale, NativeScope step);

  /** Every weight, F32. */
  Weights weights();

  /** The first moments of what trains, F32. */
  Weights firstMoments();

  /** The second moments of what trains, F32. */
  Weights secondMoments();

  /** Takes over weights, moments and their age from a state that was checked. */
  void load(TrainingState state);

  /** What generates with today's weights, made when it is first asked for. */
  CachedModel view();

  /** Forgets the view, before weights change. */
  void dropView();

  @Override
  void close();
}
