package dev.tenon.model;

import dev.tenon.objective.Objective;
import dev.tenon.tensor.NamedArray;
import dev.tenon.tensor.TensorSink;
import java.nio.file.Path;

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
   * @param sink receives the gradient of each parameter that trains ({@link Network#trained}), F32,
   *     under its HuggingFace name and shape
   * @return the metrics of {@link #evalBatch} and {@code grad_norm}
   */
  Metrics gradients(NamedArray batch, Objective objective, TensorSink sink);

  /** Hands out the weights, F32, one at a time. */
  void parameters(TensorSink sink);

  /** Number of optimizer steps done; drives the learning-rate schedule. */
  long version();

  /**
   * Writes all that the next step depends on, in the layout of {@link
   * dev.tenon.checkpoint.TrainingState}: weights, but for those that the network does not let
   * train, moments of the optimizer, {@link #version()}, steps skipped in a row, settings and seed.
   * The same state gives the same bytes. Nothing changes in the engine, and sessions may be open.
   *
   * <p>The directory is written in place: that it appears as a whole or not at all is the work of
   * {@link dev.tenon.checkpoint.CheckpointDirectory#commit}, whose writer may add files of its own
   * beside these.
   *
   * @param directory existing and empty
   * @throws dev.tenon.error.CheckpointException if the directory is missing or not empty, or cannot
   *     be written
   */
  void saveState(Path directory);

  /**
   * Goes back to a saved state: the next steps are those that would have followed {@link
   * #saveState}. On the CPU they are the same bit for bit, at an equal number of threads and equal
   * settings.
   *
   * <p>The settings stay those of this engine's {@link dev.tenon.spec.FinetuneSpec}, so a run can
   * go on with another learning rate or length; every setting that differs from the state's is
   * named in one warning through SLF4J.
   *
   * @param directory what {@link #saveState} wrote, by any backend; other files in it are ignored
   * @throws dev.tenon.error.CheckpointException if a file is missing or damaged, or the state does
   *     not fit the network (architecture, names, shapes, types): every problem in one message, and
   *     nothing has changed. Only a file that breaks off while its values are read leaves a mixed
   *     state, after which the engine should be closed; {@link
   *     dev.tenon.checkpoint.CheckpointDirectory#verify} finds such files before
   * @throws dev.tenon.error.InvalidInputException if a session is open
   */
  void loadState(Path directory);
}
