package dev.tenon.modelinterface.classification;

import dev.tenon.spec.ClassificationHead;
import java.util.Optional;
import java.util.stream.DoubleStream;

/** From logits to scores: {@code function_to_apply} of transformers' text-classification. */
public enum ScoreFunction {
  /** exp(x) over the sum of all: one class of several. */
  SOFTMAX,
  /** 1 / (1 + exp(−x)): each class for itself. */
  SIGMOID,
  /** The logits themselves. */
  NONE;

  /**
   * What transformers' pipeline applies: nothing for a regression; the sigmoid for several labels
   * or one class; else softmax.
   */
  public static ScoreFunction of(ClassificationHead head) {
    Optional<ProblemType> stated = head.problemType().map(ProblemType::of);
    if (stated.equals(Optional.of(ProblemType.REGRESSION))) {
      return NONE;
    }
    boolean several = stated.equals(Optional.of(ProblemType.MULTI_LABEL_CLASSIFICATION));
    return several || head.labels().size() == 1 ? SIGMOID : SOFTMAX;
  }

  /** The scores of one row of logits [C]. */
  public double[] apply(double... logits) {
    return switch (this) {
      case NONE -> logits.clone();
      case SIGMOID -> DoubleStream.of(logits).map(x -> 1 / (1 + Math.exp(-x))).toArray();
      case SOFTMAX -> softmax(logits);
    };
  }

  private static double[] softmax(double... logits) {
    double max = DoubleStream.of(logits).max().orElse(0);
    double sum = DoubleStream.of(logits).map(x -> Math.exp(x - max)).sum();
    return DoubleStream.of(logits).map(x -> Math.exp(x - max) / sum).toArray();
  }
}
