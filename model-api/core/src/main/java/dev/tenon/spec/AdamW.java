package dev.tenon.spec;

import dev.tenon.error.InvalidInputException;
import dev.tenon.internal.Problems;

/**
 * AdamW (Loshchilov and Hutter, 2019) as {@code torch.optim.AdamW} computes it: {@code p *= 1 - lr
 * * wd}, then {@code p -= lr * mHat / (sqrt(vHat) + eps)}.
 *
 * @param beta1 decay of the first moment, in [0, 1) (HuggingFace: {@code adam_beta1}, 0.9)
 * @param beta2 decay of the second moment, in [0, 1) (HuggingFace: {@code adam_beta2}, 0.999)
 * @param eps &gt; 0 (HuggingFace: {@code adam_epsilon}, 1e-8)
 * @param weightDecay ≥ 0, applied to parameters whose {@link dev.tenon.model.Parameter#decay()} is
 *     true (HuggingFace: {@code weight_decay}, 0)
 */
public record AdamW(double beta1, double beta2, double eps, double weightDecay) {
  /** Checks the numbers. */
  public AdamW {
    Problems problems = new Problems();
    problems.check(beta1 >= 0 && beta1 < 1, "adam_beta1", beta1, "in [0, 1)");
    problems.check(beta2 >= 0 && beta2 < 1, "adam_beta2", beta2, "in [0, 1)");
    problems.check(eps > 0 && eps < 1, "adam_epsilon", eps, "in (0, 1)");
    problems.check(
        weightDecay >= 0 && weightDecay < Double.POSITIVE_INFINITY,
        "weight_decay",
        weightDecay,
        ">= 0");
    problems.throwIfAny(InvalidInputException::new);
  }

  /** HuggingFace's defaults. */
  public static AdamW defaults() {
    return new AdamW(0.9, 0.999, 1e-8, 0);
  }
}
