package dev.tenon.cli;

import dev.tenon.spec.AdamW;
import dev.tenon.spec.FinetuneSpec;
import dev.tenon.spec.Precision;
import dev.tenon.spec.Schedule;
import dev.tenon.spec.TrainedParameters;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Option;

/** How the weights move. Defaults are those of {@link FinetuneSpec}. */
final class OptimizerOptions {
  @Option(
      names = "--learning-rate",
      paramLabel = "X",
      defaultValue = "2e-5",
      description = "Peak learning rate (${DEFAULT-VALUE}).")
  private double learningRate;

  @Option(
      names = "--schedule",
      paramLabel = "KIND",
      defaultValue = "linear",
      description = "Rate after warm-up: ${COMPLETION-CANDIDATES} (${DEFAULT-VALUE}).")
  private Schedule.Kind schedule = Schedule.Kind.LINEAR;

  @Option(
      names = "--warmup-steps",
      paramLabel = "N",
      defaultValue = "0",
      description = "Steps until the peak rate (${DEFAULT-VALUE}).")
  private long warmupSteps;

  @Option(
      names = "--weight-decay",
      paramLabel = "X",
      defaultValue = "0",
      description = "AdamW's decay, not on norms, biases, embeddings (${DEFAULT-VALUE}).")
  private double weightDecay;

  @Option(
      names = "--max-grad-norm",
      paramLabel = "X",
      defaultValue = "1",
      description = "Clips gradients to this norm; 0: never (${DEFAULT-VALUE}).")
  private double maxGradNorm;

  @Option(
      names = "--micro-batch-tokens",
      paramLabel = "N",
      defaultValue = "" + FinetuneSpec.DEFAULT_MICRO_BATCH_TOKENS,
      description =
          "Most tokens that pass through the network at once; bounds memory (${DEFAULT-VALUE}).")
  private int microBatchTokens;

  @Option(
      names = "--train-only",
      paramLabel = "REGEX",
      description = "Train only parameters that it is found in the name of; may be repeated.")
  private List<String> trainOnly = new ArrayList<>();

  @Option(
      names = "--freeze",
      paramLabel = "REGEX",
      description = "Leave those parameters as they are, as embed_tokens; may be repeated.")
  private List<String> frozen = new ArrayList<>();

  @Option(
      names = "--precision",
      paramLabel = "NAME",
      defaultValue = "f32",
      description =
          "f32, or bf16 or f16 with f32 master weights; f16 is for GPUs (${DEFAULT-VALUE}).")
  private String precision = "";

  /** The description of a run. */
  FinetuneSpec spec(long steps, long seed) {
    AdamW defaults = AdamW.defaults();
    return FinetuneSpec.steps(steps)
        .learningRate(learningRate)
        .schedule(new Schedule(schedule, warmupSteps, 0))
        .optimizer(new AdamW(defaults.beta1(), defaults.beta2(), defaults.eps(), weightDecay))
        .maxGradNorm(maxGradNorm)
        .microBatchTokens(microBatchTokens)
        .trained(new TrainedParameters(trainOnly, frozen))
        .precision(Precision.of(precision))
        .seed(seed);
  }
}
