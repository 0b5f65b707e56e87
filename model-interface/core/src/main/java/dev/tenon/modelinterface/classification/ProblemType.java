package dev.tenon.modelinterface.classification;

import dev.tenon.error.InvalidInputException;
import dev.tenon.internal.Problems;
import dev.tenon.spec.ClassificationHead;
import java.util.Locale;
import java.util.stream.Stream;

/** What a classification is to learn: {@code problem_type} of a HuggingFace config.json. */
public enum ProblemType {
  /** One class of several. {@code class_labels}: I64 [S], −100 is ignored. Cross-entropy. */
  SINGLE_LABEL_CLASSIFICATION,
  /**
   * Each class for itself. {@code class_labels}: F32 [S, C], 0 or 1. Binary cross-entropy, the mean
   * over sequences and classes.
   */
  MULTI_LABEL_CLASSIFICATION,
  /**
   * A number per class. {@code class_labels}: F32 [S, C], with one class also [S]. Squared error,
   * the mean over sequences and classes.
   */
  REGRESSION;

  /** The value in config.json: the lower-case name. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  /**
   * The problem of a label.
   *
   * @throws InvalidInputException for an unknown one, listing all
   */
  public static ProblemType of(String label) {
    return Stream.of(values())
        .filter(x -> x.label().equals(label))
        .findFirst()
        .orElseThrow(
            () ->
                new InvalidInputException(
                    Problems.problem(
                        "problem_type",
                        label,
                        "one of " + Stream.of(values()).map(ProblemType::label).toList())));
  }

  /**
   * The problem of a head: the one that it states, else a regression for one class and a single
   * label for several (transformers: {@code ForSequenceClassificationLoss}, labels being whole
   * numbers).
   */
  public static ProblemType of(ClassificationHead head) {
    return head.problemType()
        .map(ProblemType::of)
        .orElse(head.labels().size() == 1 ? REGRESSION : SINGLE_LABEL_CLASSIFICATION);
  }
}
