package dev.tenon.spec;

import dev.tenon.error.InvalidInputException;
import dev.tenon.internal.Problems;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

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
 *     micro-batch of its own. Bounds the memory of activations, not the result, as does
 *     HuggingFace's {@code gradient_accumulation_steps}, which here follows from it (4096)
 * @param precision (HuggingFace: {@code bf16}/{@code fp16}; F32)
 * @param seed of everything random in training (HuggingFace: {@code seed}, 42)
 * @param gradientCheckpointing whether blocks keep only their input and run again in the backward
 *     pass: less memory, about a third more time, the same numbers (HuggingFace: {@code
 *     gradient_checkpointing}, false)
 * @param disableDropout whether training ignores the dropout of the model's configuration (TRL:
 *     {@code disable_dropout}, false)
 * @param trained which parameters the run changes (PEFT and transformers: {@code requires_grad};
 *     all)
 * @param maxSkippedSteps steps with a non-finite loss or gradient that may follow each other; the
 *     next one throws {@link dev.tenon.error.TrainingDivergedException}; &gt;= 0 (10). In F16 not
 *     before the loss scale has fallen to its smallest
 * @param lossScaler of F16 alone (DeepSpeed: {@code fp16}; its defaults)
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
    long seed,
    boolean gradientCheckpointing,
    boolean disableDropout,
    TrainedParameters trained,
    int maxSkippedSteps,
    DynamicLossScaler lossScaler) {
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
    problems.check(maxSkippedSteps >= 0, "skipped steps in a row", maxSkippedSteps, ">= 0");
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
        42,
        false,
        false,
        TrainedParameters.all(),
        10,
        DynamicLossScaler.defaults());
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
    return steps(1)
        .schedule(Schedule.constant(0))
        .with(draft -> draft.totalSteps = OptionalLong.empty());
  }

  /** The same with another peak rate. */
  public FinetuneSpec learningRate(double value) {
    return with(draft -> draft.learningRate = value);
  }

  /** The same with another schedule. */
  public FinetuneSpec schedule(Schedule value) {
    return with(draft -> draft.schedule = value);
  }

  /** The same with another optimizer. */
  public FinetuneSpec optimizer(AdamW value) {
    return with(draft -> draft.optimizer = value);
  }

  /** The same with other parameter groups. */
  public FinetuneSpec groups(List<ParameterGroup> value) {
    return with(draft -> draft.groups = value);
  }

  /** The same with another clipping norm; 0 switches clipping off. */
  public FinetuneSpec maxGradNorm(double value) {
    return with(draft -> draft.maxGradNorm = value);
  }

  /** The same with another bound on the tokens of a micro-batch. */
  public FinetuneSpec microBatchTokens(int value) {
    return with(draft -> draft.microBatchTokens = value);
  }

  /** The same in another precision. */
  public FinetuneSpec precision(Precision value) {
    return with(draft -> draft.precision = value);
  }

  /** The same with another seed. */
  public FinetuneSpec seed(long value) {
    return with(draft -> draft.seed = value);
  }

  /** The same with blocks that keep only their input, or not. */
  public FinetuneSpec gradientCheckpointing(boolean value) {
    return with(draft -> draft.gradientCheckpointing = value);
  }

  /** The same with the configuration's dropout ignored, or not. */
  public FinetuneSpec disableDropout(boolean value) {
    return with(draft -> draft.disableDropout = value);
  }

  /**
   * The same with a run that changes only some parameters; the others are frozen: they have no
   * gradients and no optimizer state, do not decay, and are saved as they are.
   */
  public FinetuneSpec trained(TrainedParameters value) {
    return with(draft -> draft.trained = value);
  }

  /** The same with another bound on non-finite steps in a row. */
  public FinetuneSpec maxSkippedSteps(int value) {
    return with(draft -> draft.maxSkippedSteps = value);
  }

  /** The same with another way to scale the loss in F16. */
  public FinetuneSpec lossScaler(DynamicLossScaler value) {
    return with(draft -> draft.lossScaler = value);
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

  /**
   * All settings as JSON values, under HuggingFace's names where there are any, for records of a
   * run; {@code max_steps} is null if there is no total.
   */
  public Map<String, @Nullable Object> toMap() {
    return SpecNames.of(this);
  }

  private FinetuneSpec with(Consumer<Draft> change) {
    Draft draft = new Draft(this);
    change.accept(draft);
    return draft.toSpec();
  }

  /** The components of a spec while one of them changes. */
  private static final class Draft {
    private OptionalLong totalSteps;
    private double learningRate;
    private Schedule schedule;
    private AdamW optimizer;
    private List<ParameterGroup> groups;
    private double maxGradNorm;
    private int microBatchTokens;
    private Precision precision;
    private long seed;
    private boolean gradientCheckpointing;
    private boolean disableDropout;
    private TrainedParameters trained;
    private int maxSkippedSteps;
    private DynamicLossScaler lossScaler;

    private Draft(FinetuneSpec from) {
      totalSteps = from.totalSteps;
      learningRate = from.learningRate;
      schedule = from.schedule;
      optimizer = from.optimizer;
      groups = from.groups;
      maxGradNorm = from.maxGradNorm;
      microBatchTokens = from.microBatchTokens;
      precision = from.precision;
      seed = from.seed;
      gradientCheckpointing = from.gradientCheckpointing;
      disableDropout = from.disableDropout;
      trained = from.trained;
      maxSkippedSteps = from.maxSkippedSteps;
      lossScaler = from.lossScaler;
    }

    private FinetuneSpec toSpec() {
      return new FinetuneSpec(
          totalSteps,
          learningRate,
          schedule,
          optimizer,
          groups,
          maxGradNorm,
          microBatchTokens,
          precision,
          seed,
          gradientCheckpointing,
          disableDropout,
          trained,
          maxSkippedSteps,
          lossScaler);
    }
  }
}
