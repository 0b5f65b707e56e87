package dev.tenon.backend.pytorch.internal.engine;

import dev.tenon.backend.pytorch.internal.NativeScope;
import dev.tenon.backend.pytorch.internal.TorchValue;
import dev.tenon.model.Metrics;
import dev.tenon.tensor.NamedArray;

/**
 * An objective on one batch that is cut into micro-batches. The weight of the whole batch is known
 * from the start. One thread; lives for one call of an engine.
 */
interface BatchLoss {
  /**
   * Whether the statistics are complete already, because the loss was computed once on the outputs
   * of the whole batch; otherwise each micro-batch adds its own.
   */
  boolean complete();

  /** Adds the statistics of a micro-batch, without gradients. */
  void add(NamedArray part, TorchValue outputs, NativeScope scope);

  /**
   * The gradient of Σ / weight with respect to the outputs of a micro-batch, and adds its
   * statistics where they are missing.
   *
   * @param factor what the gradient is multiplied with
   * @return {@code Dict[str, Tensor]} by output
   */
  TorchValue gradient(NamedArray part, TorchValue outputs, double factor, NativeScope scope);

  /** {@code loss} (Σ / weight), {@code weight}, the other sums. */
  Metrics metrics();

  /** Whether the objective wants no update, given the statistics of the whole batch. */
  boolean veto();
}
