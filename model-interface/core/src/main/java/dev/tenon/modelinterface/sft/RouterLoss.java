package dev.tenon.modelinterface.sft;

import dev.tenon.error.InvalidInputException;
import dev.tenon.internal.Problems;
import dev.tenon.model.Metrics;
import dev.tenon.model.Output;
import dev.tenon.model.OutputRequest;
import dev.tenon.modelinterface.internal.ObjectiveTexts;
import dev.tenon.objective.BatchField;
import dev.tenon.objective.Objective;
import dev.tenon.objective.TextObjective;
import dev.tenon.tensor.DType;
import dev.tenon.tensor.FieldKind;
import java.util.List;
import java.util.Map;

/**
 * What a network with experts adds to its loss, so that all of them get tokens: E times the sum,
 * over the experts, of the share of tokens that take one times its mean probability, over all
 * layers (Fedus et al. 2021, equations 4 to 6; transformers' {@code load_balancing_loss_func}). It
 * is 1 times the experts per token when all are alike. It is of a micro-batch, so the number of
 * those changes it a little; a batch that fits into one has transformers' value.
 *
 * @param coefficient {@code router_aux_loss_coef} of config.json
 * @param expertsPerToken {@code num_experts_per_tok} of config.json
 */
public record RouterLoss(double coefficient, int expertsPerToken) {
  /** The statistic: its sum over the micro-batches, each times its tokens to learn. */
  static final String STATISTIC = "router_loss";

  /** Checks the numbers. */
  public RouterLoss {
    Problems problems = new Problems();
    problems.check(
        coefficient >= 0 && Double.isFinite(coefficient),
        "router_aux_loss_coef",
        coefficient,
        "a finite number >= 0");
    problems.check(expertsPerToken > 0, "num_experts_per_tok", expertsPerToken, ">= 1");
    problems.throwIfAny(InvalidInputException::new);
  }

  /** {@link SftInterface#objective()} and this; reads {@code router_logits} too. */
  public Objective objective() {
    return TextObjective.of(
            "sft with router loss",
            OutputRequest.of(Output.TOKEN_LOGPROBS, Output.ROUTER_LOGITS),
            List.of(new BatchField("loss_mask", FieldKind.TOKEN, DType.BOOL)),
            ObjectiveTexts.read(RouterLoss.class, "router"))
        .withHyperParameters(
            Map.of(
                "router_aux_loss_coef",
                coefficient,
                "num_experts_per_tok",
                (double) expertsPerToken));
  }

  /** The mean over the micro-batches of what an engine has told, by their tokens to learn. */
  static double mean(Metrics engine) {
    return engine.get(STATISTIC) / engine.get("weight");
  }
}
