package dev.tenon.spec;

import dev.tenon.error.InvalidInputException;
import dev.tenon.internal.Problems;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What the numbers of a classification stand for, as config.json says.
 *
 * @param labels the classes' names in the order of their numbers, {@code id2label}
 * @param problemType {@code regression}, {@code single_label_classification} or {@code
 *     multi_label_classification}; empty: not told
 */
public record ClassificationHead(List<String> labels, Optional<String> problemType) {
  private static final Set<String> PROBLEM_TYPES =
      Set.of("regression", "single_label_classification", "multi_label_classification");

  /** Copies and checks. */
  public ClassificationHead {
    labels = List.copyOf(labels);
    Problems problems = new Problems();
    problems.check(!labels.isEmpty(), "labels", labels, "at least one");
    problemType.ifPresent(
        x ->
            problems.check(
                PROBLEM_TYPES.contains(x),
                "problem_type",
                x,
                "one of " + PROBLEM_TYPES.stream().sorted().toList()));
    problems.throwIfAny(InvalidInputException::new);
  }
}
