package dev.tenon.spec;

import dev.tenon.error.InvalidInputException;
import dev.tenon.internal.Problems;
import java.util.List;
import java.util.OptionalLong;

/**
 * How a model is trained. Defaults are those of TRL's SFTConfig, except f32 without gradient
 * checkpointing and no decay on embeddings.
 *
 * @param totalSteps optimizer steps of the whole run (HuggingFace: {@code max_steps}); empty only
 *     with a constant schedule
 * @param learningRate peak rate, ≥ 0 (HuggingFace: {@code learning_rate}, 2e-5)
 * @param schedule (HuggingFace: {@code lr_scheduler_type}, linear without warm-up)
 * @param optimizer (HuggingFace: {@code optim}, AdamW)
 * @param groups parameters with rates and decay of their own, first match wins
 * @param maxGradNorm gradients are scaled down to this L2 norm over all parameters: {@code g *=
 *     min(1, max / (norm + 1e-6))}; 0 switches clipping off (HuggingFace: {@code max_grad_norm}, 1)
 * @param microBatchTokens most tokens of one micro-batch, padding included; a longer item is a
 *     micro-batch of its own. Bounds the memory of activations, not the result (4096)
 * @param precision (HuggingFace: {@code bf16}/{@code fp16}; F32)
 * @param seed of everything random in training (HuggingFace: {@code seed}, 42)
 */
public record FinetuneSpec(
    OptionalLong totalSteps,
    double learningRate,
    Schedule schedule,
    AdamW optimizer,
    List<ParameterGroup> groups,
    double maxGradNorm,
    int microBatchTokens,
    Precision precision,
    long seed) {
  /** Default of {@link #microBatchTokens()}. */
  public static final int DEFAULT_MICRO_BATCH_TOKENS = 4096;

  /** Copies and checks. */
  public FinetuneSpec {
    groups = List.copyOf(groups);
    Problems problems = new Problems();
    totalSteps.ifPresent(steps -> problems.check(steps > 0, "max_steps", steps, "> 0"));
    problems.check(
        learningRate >= 0 && learningRate < Double.POSITIVE_INFINITY,
        "learning_rate",
        learningRate,
        ">= 0");
    problems.check(
        maxGradNorm >= 0 && maxGradNorm < Double.POSITIVE_INFINITY,
        "max_grad_norm",
        maxGradNorm,
        ">= 0");
    problems.check(microBatchTokens > 0, "micro-batch tokens", microBatchTokens, "> 0");
    problems.check(
        precision == Precision.F32 || precision == Precision.BF16 || precision == Precision.F16,
        "training precision",
        precision,
        "F32, BF16 or F16");
    problems.throwIfAny(InvalidInputException::new);
  }

  /** A run of a known number of optimizer steps. */
  public static FinetuneSpec steps(long totalSteps) {
    return new FinetuneSpec(
        OptionalLong.of(totalSteps),
        2e-5,
        Schedule.linear(0),
        AdamW.defaults(),
        List.of(),
        1,
        DEFAULT_MICRO_BATCH_TOKENS,
        Precision.F32,
        42);
  }

  /** A run of several passes over the data. */
  public static FinetuneSpec epochs(long epochs, long stepsPerEpoch) {
    try {
      return steps(Math.multiplyExact(epochs, stepsPerEpoch));
    } catch (ArithmeticException e) {
      throw new InvalidInputException(
          Problems.problem("max_steps", epochs + " * " + stepsPerEpoch, "below 2^63"), e);
    }
  }

  /** A run without a planned end, at a constant rate. */
  public static FinetuneSpec openEnded() {
    return steps(1).schedule(Schedule.constant(0)).withTotal(OptionalLong.empty());
  }

  /** The same with another peak rate. */
  public FinetuneSpec learningRate(double value) {
    return new FinetuneSpec(
        totalSteps,
        value,
        schedule,
        optimizer,
        groups,
        maxGradNorm,
        microBatchTokens,
        precision,
        seed);
  }

  /** The same with another schedule. */
  public FinetuneSpec schedule(Schedule value) {
    return new FinetuneSpec(
        totalSteps,
        learningRate,
        value,
        optimizer,
        groups,
        maxGradNorm,
        microBatchTokens,
        precision,
        seed);
  }

  /** The same with another optimizer. */
  public FinetuneSpec optimizer(AdamW value) {
    return new FinetuneSpec(
        totalSteps,
        learningRate,
        schedule,
        value,
        groups,
        maxGradNorm,
        microBatchTokens,
        precision,
        seed);
  }

  /** The same with other parameter groups. */
  public FinetuneSpec groups(List<ParameterGroup> value) {
    return new FinetuneSpec(
        totalSteps,
        learningRate,
        schedule,
        optimizer,
        value,
        maxGradNorm,
        microBatchTokens,
        precision,
        seed);
  }

  /** The same with another clipping norm; 0 switches clipping off. */
  public FinetuneSpec maxGradNorm(double value) {
    return new FinetuneSpec(
        totalSteps,
        learningRate,
        schedule,
        optimizer,
        groups,
        value,
        microBatchTokens,
        precision,
        seed);
  }

  /** The same with another bound on the tokens of a micro-batch. */
  public FinetuneSpec microBatchTokens(int value) {
    return new FinetuneSpec(
        totalSteps, learningRate, schedule, optimizer, groups, maxGradNorm, value, precision, seed);
  }

  /** The same in another precision. */
  public FinetuneSpec precision(Precision value) {
    return new FinetuneSpec(
        totalSteps,
        learningRate,
        schedule,
        optimizer,
        groups,
        maxGradNorm,
        microBatchTokens,
        value,
        seed);
  }

  /** The same with another seed. */
  public FinetuneSpec seed(long value) {
    return new FinetuneSpec(
        totalSteps,
        learningRate,
        schedule,
        optimizer,
        groups,
        maxGradNorm,
        microBatchTokens,
        precision,
        value);
  }

  /**
   * The rate factor of a step. Backends call this once at initialize with step 0, so that a
   * schedule without its total is refused before anything is loaded.
   *
   * @param step optimizer steps done so far
   * @throws InvalidInputException if the schedule decays and the total is not known
   */
  public double scheduleFactor(long step) {
    if (schedule.decays() && totalSteps.isEmpty()) {
      throw new InvalidInputException(
          Problems.problem(
              "max_steps",
              "none",
              "a number of steps, since the " + schedule.kind() + " schedule decays"));
    }
    return schedule.factor(step, totalSteps.orElse(1));
  }

  private FinetuneSpec withTotal(OptionalLong total) {
    return new FinetuneSpec(
        total,
        learningRate,
        schedule,
        optimizer,
        groups,
        maxGradNorm,
        microBatchTokens,
        precision,
        seed);
  }
}
