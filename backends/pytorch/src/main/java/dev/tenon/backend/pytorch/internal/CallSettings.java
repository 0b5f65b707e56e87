package dev.tenon.backend.pytorch.internal;

import dev.tenon.error.InvalidInputException;
import dev.tenon.internal.Problems;

/**
 * How one call into libtorch runs. The bridge sets this on the calling thread before the call and
 * puts the thread's own settings back after it.
 *
 * @param mode what autograd records
 * @param threads threads of one operator; 0 leaves the calling thread's number
 */
public record CallSettings(Mode mode, int threads) {

  /** What autograd records, and what the call's results may be used for. */
  public enum Mode {
    /**
     * Autograd records: {@code torch.autograd.grad} works inside the call and on its results. For
     * training.
     */
    GRAD,
    /**
     * Autograd records nothing; results are ordinary tensors, which a later {@link #GRAD} call may
     * use and write. For loading weights, optimizer steps, evaluation beside training.
     */
    NO_GRAD,
    /**
     * {@code c10::InferenceMode}: no version counters either, so the least cost per operator. A
     * result may never take part in autograd, and may be written in place only by other calls of
     * this mode. For engines that cannot train.
     */
    INFERENCE
  }

  /** Checks the number of threads. */
  public CallSettings {
    if (threads < 0) {
      throw new InvalidInputException(Problems.problem("threads", threads, "0 or more"));
    }
  }

  /** Settings of {@link Mode#GRAD}. */
  public static CallSettings grad(int threads) {
    return new CallSettings(Mode.GRAD, threads);
  }

  /** Settings of {@link Mode#NO_GRAD}. */
  public static CallSettings noGrad(int threads) {
    return new CallSettings(Mode.NO_GRAD, threads);
  }

  /** Settings of {@link Mode#INFERENCE}. */
  public static CallSettings inference(int threads) {
    return new CallSettings(Mode.INFERENCE, threads);
  }
}
