package dev.tenon.backend.testkit.objectives;

import dev.tenon.error.CheckpointException;
import dev.tenon.model.Output;
import dev.tenon.model.OutputRequest;
import dev.tenon.objective.BatchField;
import dev.tenon.objective.LossFunction;
import dev.tenon.objective.Objective;
import dev.tenon.objective.TextObjective;
import dev.tenon.tensor.DType;
import dev.tenon.tensor.FieldKind;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;

/**
 * Objectives of seven kinds, each with its twin: what an objective can express. The texts lie
 * beside this class as resources.
 */
public final class ExampleObjectives {
  private static final BatchField LOSS_MASK = token("loss_mask", DType.BOOL);
  private static final BatchField OLD_LOGPROBS = nextToken("old_logprobs");
  private static final BatchField REF_LOGPROBS = nextToken("ref_logprobs");
  private static final BatchField ADVANTAGES = nextToken("advantages");

  /** Stands for a limit that is never reached. */
  public static final double NO_LIMIT = 1e30;

  private ExampleObjectives() {}

  /** All of them with usual hyper-parameters. */
  public static List<TwinnedObjective> all() {
    return List.of(
        sft(),
        pairedReward(0),
        hinge(1),
        dpo(0.1),
        ppo(0.2, NO_LIMIT, NO_LIMIT, NO_LIMIT),
        grpo(0.2, 0.2, 0.04),
        inBatchNegatives(20));
  }

  /**
   * Supervised fine-tuning: -Σ log p over the tokens of {@code loss_mask}, weight their number
   * (transformers {@code ForCausalLMLoss}).
   */
  public static TwinnedObjective sft() {
    return of("sft", Output.TOKEN_LOGPROBS, List.of(LOSS_MASK), hp -> new Sft());
  }

  /**
   * Rewards from pairs (chosen, rejected): {@code -log sigmoid(s0 - s1 - margin)}, weight the pairs
   * (TRL RewardTrainer).
   */
  public static TwinnedObjective pairedReward(double margin) {
    return of("paired-reward", Output.SCORES, List.of(), PairedReward::logistic)
        .with(Map.of("margin", margin));
  }

  /** Pairs by their distance: {@code max(0, margin - (s0 - s1))}, weight the pairs. */
  public static TwinnedObjective hinge(double margin) {
    return of("hinge", Output.SCORES, List.of(), PairedReward::hinge)
        .with(Map.of("margin", margin));
  }

  /**
   * Direct preference optimisation (Rafailov et al., 2023): {@code -log sigmoid(beta d)}, d the
   * difference of the pair's summed log-ratios to the reference over {@code loss_mask}; weight the
   * pairs.
   */
  public static TwinnedObjective dpo(double beta) {
    return of("dpo", Output.TOKEN_LOGPROBS, List.of(LOSS_MASK, REF_LOGPROBS), Dpo::new)
        .with(Map.of("beta", beta));
  }

  /**
   * Clipped policy loss (Schulman et al., 2017) over {@code loss_mask}, weight its tokens; vetoes
   * the update where the policy has moved too far.
   *
   * @param clip of the ratio
   * @param dualClip bound on the loss per unit of negative advantage, or {@link #NO_LIMIT}
   * @param stopKl veto above this mean log-ratio
   * @param stopRatio veto above this mean ratio
   */
  public static TwinnedObjective ppo(
      double clip, double dualClip, double stopKl, double stopRatio) {
    return of("ppo", Output.TOKEN_LOGPROBS, List.of(LOSS_MASK, OLD_LOGPROBS, ADVANTAGES), Ppo::new)
        .with(
            Map.of(
                "clip", clip, "dual_clip", dualClip, "stop_kl", stopKl, "stop_ratio", stopRatio));
  }

  /**
   * Group-relative policy loss (Shao et al., 2024) with the k3 penalty: the mean over sequences of
   * the token mean over {@code loss_mask} (TRL GRPOTrainer, {@code loss_type="grpo"}).
   */
  public static TwinnedObjective grpo(double clipLow, double clipHigh, double beta) {
    return of(
            "grpo",
            Output.TOKEN_LOGPROBS,
            List.of(LOSS_MASK, OLD_LOGPROBS, REF_LOGPROBS, ADVANTAGES),
            Grpo::new)
        .with(Map.of("clip_low", clipLow, "clip_high", clipHigh, "beta", beta));
  }

  /**
   * In-batch negatives, coupled: an item is an anchor, its positive and perhaps hard negatives; a
   * sequence's vector is the mean of its states. Cross-entropy of {@code scale * cosine} of each
   * anchor with every candidate of the batch (sentence-transformers MultipleNegativesRankingLoss).
   */
  public static TwinnedObjective inBatchNegatives(double scale) {
    TwinnedObjective free =
        of("in-batch-negatives", Output.HIDDEN, List.of(), InBatchNegatives::new)
            .with(Map.of("scale", scale));
    return new TwinnedObjective(free.text().asCoupled(), free.twin());
  }

  private static TwinnedObjective of(
      String name,
      Output output,
      List<BatchField> fields,
      Function<Map<String, Double>, LossFunction> twin) {
    TextObjective text = Objective.of(name, OutputRequest.of(output), fields, text(name));
    return new TwinnedObjective(text, twin);
  }

  private static String text(String name) {
    String file = name + ".torchscript";
    try (InputStream in =
        Objects.requireNonNull(ExampleObjectives.class.getResourceAsStream(file), file)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new CheckpointException("resource " + file + ": unreadable (expected: text)", e);
    }
  }

  private static BatchField token(String name, DType dtype) {
    return new BatchField(name, FieldKind.TOKEN, dtype);
  }

  private static BatchField nextToken(String name) {
    return new BatchField(name, FieldKind.NEXT_TOKEN, DType.F32);
  }
}
