package dev.tenon.model;

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

  /** A step is done. {@code metrics} are trainStep's. */
  default void onStep(ModelVersion version, Metrics metrics) {}

  /** An evaluation is done. {@code metrics} are evaluate's. */
  default void onEvaluation(ModelVersion version, Metrics metrics) {}

  /** A checkpoint is on disk, whole and durable. */
  default void onCheckpoint(ModelVersion version, Path directory) {}

  /** The run is over, also when it was stopped or failed. */
  default void onEnd(ModelVersion version) {}
}
