package dev.tenon.model;

import dev.tenon.objective.Objective;
import dev.tenon.tensor.NamedArray;
import dev.tenon.tensor.TensorSink;

/**
 * An engine whose weights can be changed. The batch given to one call is the whole batch of one
 * optimizer step; the engine cuts it into micro-batches, and their number changes nothing but
 * rounding.
 */
public interface TrainEngine extends Engine {
  /**
   * One optimizer step: forward with the configuration's dropout, backward, clip, update. A
   * non-finite loss or gradient leaves weights, optimizer and schedule as they were and reports
   * {@code skipped} = 1; so does an objective's veto, which reports {@code vetoed} = 1.
   *
   * @param batch {@code input_ids} and the fields that the objective reads
   * @return {@code loss} (Σ / weight), {@code weight}, the objective's other sums, {@code
   *     grad_norm} (L2 over all gradients before clipping), {@code learning_rate} (the one that was
   *     used)
   * @throws dev.tenon.error.InvalidInputException also if the objective's weight is 0 over the
   *     whole batch, or a session is open
   */
  Metrics trainBatch(NamedArray batch, Objective objective);

  /**
   * The gradients of Σ / weight, before clipping; nothing is updated.
   *
   * @param sink receives each parameter's gradient, F32, under its HuggingFace name and shape
   * @return the metrics of {@link #evalBatch} and {@code grad_norm}
   */
  Metrics gradients(NamedArray batch, Objective objective, TensorSink sink);

  /** Hands out the weights, F32, one at a time. */
  void parameters(TensorSink sink);

  /** Number of optimizer steps done; drives the learning-rate schedule. */
  long version();
}
