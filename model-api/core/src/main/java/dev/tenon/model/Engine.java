package dev.tenon.model;

import dev.tenon.generation.GenerationOptions;
import dev.tenon.generation.GenerationSession;
import dev.tenon.generation.SessionLimits;
import dev.tenon.objective.Objective;
import dev.tenon.tensor.Device;
import dev.tenon.tensor.NamedArray;
import java.nio.file.Path;

/**
 * A network that runs. It owns native memory and releases it in {@link #close()}. Any thread may
 * call it, one at a time: a second concurrent caller gets an {@link
 * dev.tenon.error.InvalidInputException} that names both threads.
 *
 * <p>Batches are packed: {@code input_ids} (I64 [tokens]) with {@link dev.tenon.tensor.Items}; no
 * padding enters or leaves. Every method throws {@link dev.tenon.error.InvalidInputException} for a
 * wrong field, dtype, shape or token id, {@link dev.tenon.error.UnsupportedFeatureException} for
 * what this engine or network cannot do, and {@link dev.tenon.error.EngineClosedException} after
 * close; the engine stays usable after the first two.
 */
public non-sealed interface Engine extends ModelModule, AutoCloseable {
  /** The network that runs. */
  Network network();

  /** Where it runs. */
  Device device();

  /**
   * Computes outputs, without gradients and with dropout off.
   *
   * @param batch {@code input_ids} (I64, token); optional {@code output_mask} (BOOL, token, by
   *     target position)
   * @param request what to compute
   * @return the batch's items and metadata with one field per output
   */
  NamedArray forward(NamedArray batch, OutputRequest request);

  /** Computes outputs at temperature 1. */
  default NamedArray forward(NamedArray batch, Output... outputs) {
    return forward(batch, OutputRequest.of(outputs));
  }

  /**
   * The objective's value over a batch; weights do not change.
   *
   * @param batch {@code input_ids} and the fields that the objective reads
   * @return {@code loss} (Σ / weight), {@code weight}, and the objective's other sums
   */
  Metrics evalBatch(NamedArray batch, Objective objective);

  /** Opens a generation session; sessions may interleave. The caller closes it. */
  GenerationSession openSession(SessionLimits limits);

  /** Generates with seed 0. See {@link #generate(NamedArray, GenerationOptions, long)}. */
  default NamedArray generate(NamedArray prompts, GenerationOptions options) {
    return generate(prompts, options, 0);
  }

  /**
   * Generates {@code options.samples()} answers to each prompt, all options alike. Prompts of one
   * call share the seed, so equal prompts get equal answers; the samples of one prompt differ. An
   * interrupt of the calling thread ends the call at its next step: answers that are not complete
   * are cancelled, and the thread stays interrupted.
   *
   * @param prompts one sequence per item: {@code input_ids} (I64, token)
   * @param seed fixes every random choice
   * @return the items with one sequence per answer, in the order of the samples: {@code input_ids}
   *     (prompt and answer), {@code prompt_mask} (BOOL, token), {@code logprobs} (F32, next-token;
   *     0 where the target is prompt; see {@link dev.tenon.generation.Piece}), {@code truncated}
   *     (BOOL, sequence) and {@code finish_reason} (I8, sequence: 0 stop, 1 length, 2 cancelled)
   */
  default NamedArray generate(NamedArray prompts, GenerationOptions options, long seed) {
    return BatchGeneration.run(this, prompts, options, seed);
  }

  /**
   * Writes the weights as a directory in the network's own format; for HuggingFace networks a
   * HuggingFace directory. Either the whole directory appears or nothing does.
   *
   * @throws dev.tenon.error.CheckpointException if the directory holds files that are not ours, or
   *     is the one the weights are mapped from
   */
  void save(Path directory);

  /** Releases everything, also when called twice. */
  @Override
  void close();
}
