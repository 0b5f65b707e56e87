package dev.tenon.model;

import dev.tenon.error.InvalidInputException;
import dev.tenon.internal.Problems;

/**
 * How far a run has come. Counted by the loop, one step per trainStep call.
 *
 * @param epoch completed passes over the data
 * @param epochStep steps done in the current epoch
 * @param globalStep steps done since the start
 */
public record ModelVersion(long epoch, long epochStep, long globalStep) {
  /** Checks the counters. */
  public ModelVersion {
    if (epoch < 0 || epochStep < 0 || globalStep < epochStep) {
      throw new InvalidInputException(
          Problems.problem(
              "model version",
              epoch + "/" + epochStep + "/" + globalStep,
              "counters >= 0, epoch step <= global step"));
    }
  }

  /** The start of a run. */
  public static ModelVersion start() {
    return new ModelVersion(0, 0, 0);
  }

  /** One step later. */
  public ModelVersion nextStep() {
    return new ModelVersion(epoch, epochStep + 1, globalStep + 1);
  }

  /** The start of the next epoch. */
  public ModelVersion nextEpoch() {
    return new ModelVersion(epoch + 1, 0, globalStep);
  }
}
