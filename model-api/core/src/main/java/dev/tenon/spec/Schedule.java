package dev.tenon.spec;

import dev.tenon.error.InvalidInputException;
import dev.tenon.internal.Problems;

/**
 * How the learning rate moves over the optimizer steps s = 0, 1, …: with s &lt; warm-up it is
 * {@code lr * s / warmup} (so the first of several warm-up steps has rate 0); afterwards, with
 * {@code p = (s - warmup) / (total - warmup)}, constant, {@code lr * (1 - p)} or {@code lr * (1 +
 * cos(pi * p)) / 2}. A minimum ratio m turns a factor f into {@code f * (1 - m) + m}. As {@code
 * transformers.optimization} computes it.
 *
 * @param kind the shape after warm-up (HuggingFace: {@code lr_scheduler_type})
 * @param warmupSteps ≥ 0 (HuggingFace: {@code warmup_steps})
 * @param minLrRatio final rate over peak rate, in [0, 1] (HuggingFace: {@code min_lr_rate})
 */
public record Schedule(Kind kind, long warmupSteps, double minLrRatio) {
  /** Checks the numbers. */
  public Schedule {
    Problems problems = new Problems();
    problems.check(warmupSteps >= 0, "warmup_steps", warmupSteps, ">= 0");
    problems.check(minLrRatio >= 0 && minLrRatio <= 1, "min_lr_rate", minLrRatio, "in [0, 1]");
    problems.throwIfAny(InvalidInputException::new);
  }

  /** A constant rate after {@code warmupSteps}. */
  public static Schedule constant(long warmupSteps) {
    return new Schedule(Kind.CONSTANT, warmupSteps, 0);
  }

  /** A linear fall to 0 after {@code warmupSteps}. */
  public static Schedule linear(long warmupSteps) {
    return new Schedule(Kind.LINEAR, warmupSteps, 0);
  }

  /** Half a cosine down to 0 after {@code warmupSteps}. */
  public static Schedule cosine(long warmupSteps) {
    return new Schedule(Kind.COSINE, warmupSteps, 0);
  }

  /** The same shape that ends at a share of the peak rate. */
  public Schedule withMinLrRatio(double ratio) {
    return new Schedule(kind, warmupSteps, ratio);
  }

  /** Whether the shape needs to know the total number of steps. */
  public boolean decays() {
    return kind != Kind.CONSTANT;
  }

  /**
   * The factor on the peak rate.
   *
   * @param step optimizer steps done so far, from 0
   * @param totalSteps of the run; read only when {@link #decays()}
   */
  public double factor(long step, long totalSteps) {
    if (step < warmupSteps) {
      return (double) step / warmupSteps;
    }
    double progress = (double) (step - warmupSteps) / Math.max(1, totalSteps - warmupSteps);
    double p = Math.min(1, progress);
    double shape =
        switch (kind) {
          case CONSTANT -> 1;
          case LINEAR -> 1 - p;
          case COSINE -> 0.5 * (1 + Math.cos(Math.PI * p));
        };
    return shape * (1 - minLrRatio) + minLrRatio;
  }

  /** The shape after warm-up, under HuggingFace's names. */
  public enum Kind {
    /** {@code constant_with_warmup}. */
    CONSTANT,
    /** {@code linear}. */
    LINEAR,
    /** {@code cosine}. */
    COSINE
  }
}
