package dev.tenon.model;

import dev.tenon.error.WorkerLostException;
import java.nio.file.Path;

/**
 * Follows a training run. Called on the loop's thread; an exception ends the run. All methods do
 * nothing by default.
 */
public interface TrainingListener {
  /** The run begins; {@code totalSteps} is the number of steps it will take. */
  default void onStart(Model model, long totalSteps) {}

  /** The run goes on from a checkpoint; told after {@link #onStart}. */
  default void onResume(ModelVersion version, Path directory) {}

  /**
   * A worker was lost; the model was made anew and goes on after the steps that {@code version}
   * counts: those of the last checkpoint, or none. Later steps are taken, and told, again.
   *
   * @param model the new one
   * @param lost what happened
   */
  default void onRestart(Model model, ModelVersion version, WorkerLostException lost) {}

  /** A step is done. {@code metrics} are trainStep's. */
  default void onStep(ModelVersion version, Metrics metrics) {}

  /** An evaluation is done. {@code metrics} are evaluate's. */
  default void onEvaluation(ModelVersion version, Metrics metrics) {}

  /** A checkpoint is on disk, whole and durable. */
  default void onCheckpoint(ModelVersion version, Path directory) {}

  /** The run is over, also when it was stopped or failed. */
  default void onEnd(ModelVersion version) {}
}
