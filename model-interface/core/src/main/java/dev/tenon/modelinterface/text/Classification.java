package dev.tenon.modelinterface.text;

import dev.tenon.error.InvalidInputException;
import dev.tenon.internal.Problems;
import java.util.Comparator;
import java.util.List;

/**
 * What a classifier says of a text.
 *
 * @param scores one per class, the largest first; equal ones in the order of the classes
 */
public record Classification(List<LabelScore> scores) {
  /** Copies, sorts and checks. */
  public Classification {
    scores =
        scores.stream().sorted(Comparator.comparingDouble(LabelScore::score).reversed()).toList();
    if (scores.isEmpty()) {
      throw new InvalidInputException(Problems.problem("scores", 0, "at least one"));
    }
  }

  /** The class with the largest score. */
  public String label() {
    return scores.get(0).label();
  }

  /** The largest score. */
  public double score() {
    return scores.get(0).score();
  }

  /**
   * The score of a class.
   *
   * @throws InvalidInputException if there is no such class
   */
  public double score(String label) {
    return scores.stream()
        .filter(x -> x.label().equals(label))
        .mapToDouble(LabelScore::score)
        .findFirst()
        .orElseThrow(
            () ->
                new InvalidInputException(
                    Problems.problem(
                        "label",
                        label,
                        "one of " + scores.stream().map(LabelScore::label).toList())));
  }

  /**
   * The score of one class.
   *
   * @param label its name
   * @param score a probability, or for {@code NONE} the logit
   */
  public record LabelScore(String label, double score) {}
}
