package dev.tenon.spec;

import dev.tenon.error.InvalidInputException;
import dev.tenon.internal.Problems;

/**
 * How the loss is scaled in {@link Precision#F16}, so that small gradients do not become 0: by as
 * much as overflows only now and then. DeepSpeed's {@code DynamicLossScaler} under the names of its
 * {@code fp16} section; {@code torch.amp.GradScaler} is the same with a hysteresis of 1, but for
 * the first growth. Other precisions do not scale. Immutable.
 *
 * @param initialScale of the first step, &gt; 0 (DeepSpeed: 2 to {@code initial_scale_power};
 *     torch: {@code init_scale}; 65536)
 * @param window good steps after which the scale grows, &gt; 0 (DeepSpeed: {@code
 *     loss_scale_window}; torch: {@code growth_interval}; 1000)
 * @param factor by which it grows and falls, &gt; 1 (DeepSpeed: {@code scale_factor}; torch: {@code
 *     growth_factor}; 2)
 * @param hysteresis overflows until the scale falls, &gt; 0 (DeepSpeed: {@code hysteresis}, 2)
 * @param minScale the scale never falls below it, in (0, initialScale] (DeepSpeed: {@code
 *     min_loss_scale}, 1)
 * @param consecutiveHysteresis whether any good step makes the hysteresis full again; otherwise
 *     only growth does (DeepSpeed: {@code consecutive_hysteresis}, false)
 */
public record DynamicLossScaler(
    double initialScale,
    int window,
    double factor,
    int hysteresis,
    double minScale,
    boolean consecutiveHysteresis) {
  /** Checks the numbers. */
  public DynamicLossScaler {
    Problems problems = new Problems();
    problems.check(positive(initialScale), "initial_scale", initialScale, "> 0");
    problems.check(window > 0, "loss_scale_window", window, "> 0");
    problems.check(positive(factor) && factor > 1, "scale_factor", factor, "> 1");
    problems.check(hysteresis > 0, "hysteresis", hysteresis, "> 0");
    problems.check(
        minScale > 0 && minScale <= initialScale,
        "min_loss_scale",
        minScale,
        "> 0 and at most the initial scale");
    problems.throwIfAny(InvalidInputException::new);
  }

  private static boolean positive(double value) {
    return value > 0 && value < Double.POSITIVE_INFINITY;
  }

  /** DeepSpeed's defaults. */
  public static DynamicLossScaler defaults() {
    return new DynamicLossScaler(65536, 1000, 2, 2, 1, false);
  }

  /** The same with another scale of the first step. */
  public DynamicLossScaler initialScale(double value) {
    return new DynamicLossScaler(
        value, window, factor, hysteresis, minScale, consecutiveHysteresis);
  }

  /** The same with another number of good steps before the scale grows. */
  public DynamicLossScaler window(int value) {
    return new DynamicLossScaler(
        initialScale, value, factor, hysteresis, minScale, consecutiveHysteresis);
  }

  /** Before the first step. */
  public State start() {
    return new State(initialScale, 0, -1, hysteresis);
  }

  /**
   * After a step.
   *
   * @param state before it
   * @param overflow whether the step had a non-finite loss or gradient and was skipped
   */
  public State next(State state, boolean overflow) {
    long now = state.iteration;
    if (overflow) {
      boolean falls = hysteresis == 1 || state.hysteresis == 1;
      return new State(
          falls ? lower(state.scale) : state.scale,
          now + 1,
          now,
          falls ? state.hysteresis : state.hysteresis - 1);
    }
    boolean grows = (now - state.lastOverflow) % window == 0;
    return new State(
        grows ? Math.min(state.scale * factor, Double.MAX_VALUE) : state.scale,
        now + 1,
        state.lastOverflow,
        grows || consecutiveHysteresis ? hysteresis : state.hysteresis);
  }

  /** The next lower scale; the smallest one stays. */
  public double lower(double scale) {
    return Math.max(scale / factor, minScale);
  }

  /**
   * What the scaler remembers from step to step. Backends store it as it is.
   *
   * @param scale of the next step, &gt; 0 (DeepSpeed: {@code cur_scale})
   * @param iteration steps so far, skipped ones too (DeepSpeed: {@code cur_iter})
   * @param lastOverflow number of the last skipped step, counted from 0; -1: none (DeepSpeed:
   *     {@code last_overflow_iter})
   * @param hysteresis overflows that are left until the scale falls, &gt; 0 (DeepSpeed: {@code
   *     cur_hysteresis})
   */
  public record State(double scale, long iteration, long lastOverflow, int hysteresis) {
    /** Checks the numbers. */
    public State {
      Problems problems = new Problems();
      problems.check(positive(scale), "scaler.scale", scale, "> 0");
      problems.check(iteration >= 0, "scaler.iteration", iteration, ">= 0");
      problems.check(
          lastOverflow >= -1 && lastOverflow < Math.max(iteration, 1),
          "scaler.last_overflow",
          lastOverflow,
          "-1 or an iteration before this one");
      problems.check(hysteresis > 0, "scaler.hysteresis", hysteresis, "> 0");
      problems.throwIfAny(InvalidInputException::new);
    }
  }
}
