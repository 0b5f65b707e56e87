package dev.tenon.modelinterface;

import dev.tenon.model.Metrics;
import dev.tenon.tensor.NamedArray;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;

/**
 * The verbs of a {@link ModelInterface} for one model, as futures. No method waits or throws: what
 * goes wrong completes the future, the refusal of a call among it ({@link
 * dev.tenon.error.QueueFullException} naming the limit, {@link
 * dev.tenon.error.EngineClosedException}). Any thread may call.
 */
public interface ModelVerbs {
  /**
   * See {@link ModelInterface#save}.
   *
   * @return the directory, once it is written
   */
  CompletableFuture<Path> save(Path directory);

  /**
   * See {@link ModelInterface#evaluate}.
   *
   * @param batches read on the worker's thread
   */
  CompletableFuture<Metrics> evaluate(Iterable<NamedArray> batches);

  /** See {@link ModelInterface#inference}. */
  CompletableFuture<NamedArray> inference(NamedArray batch);

  /** See {@link ModelInterface#generate}. */
  CompletableFuture<NamedArray> generate(NamedArray prompts);

  /** See {@link ModelInterface#trainStep}. */
  CompletableFuture<Metrics> trainStep(NamedArray batch);
}
