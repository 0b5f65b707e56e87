package dev.tenon.backend.pytorch.internal.engine;

import dev.tenon.backend.pytorch.internal.NativeScope;
import dev.tenon.backend.pytorch.internal.TorchValue;
import dev.tenon.tensor.TensorSink;
import java.util.function.UnaryOperator;

/** The gradients of one batch, summed over its micro-batches. One thread. */
public interface BatchGradients {
  /**
   * Forward and backward over one micro-batch.
   *
   * @param gradient of the loss with respect to the outputs, given the outputs
   */
  void add(
      MicroBatch batch, TorchValue chunk, UnaryOperator<TorchValue> gradient, NativeScope scope);

  /**
   * Once, after the last micro-batch: scales to a norm of at most {@code maxNorm}, unless 0.
   *
   * @return the norm over all gradients before
   */
  double clip(double maxNorm);

  /** Hands out the gradients, after {@link #clip}. */
  void each(TensorSink sink);

  /**
   * A step of AdamW, after {@link #clip}.
   *
   * @param factor of the schedule, on every group's rate
   */
  void update(double factor);
}
