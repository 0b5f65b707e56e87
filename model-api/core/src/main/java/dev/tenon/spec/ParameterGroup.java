package dev.tenon.spec;

import dev.tenon.error.InvalidInputException;
import dev.tenon.internal.Problems;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * Parameters with a learning rate and decay of their own. A parameter belongs to the first group
 * whose pattern is found in its HuggingFace name; those in no group follow the {@link
 * FinetuneSpec}.
 *
 * @param pattern a regular expression, searched for in the name
 * @param learningRate peak learning rate, ≥ 0; the schedule scales it
 * @param weightDecay decay for every parameter of the group, ≥ 0
 */
public record ParameterGroup(String pattern, double learningRate, double weightDecay) {
  /** Checks the numbers and the expression. */
  public ParameterGroup {
    Problems problems = new Problems();
    try {
      Pattern.compile(pattern);
    } catch (PatternSyntaxException e) {
      problems.add("parameter group", pattern, "a regular expression: " + e.getDescription());
    }
    problems.check(
        learningRate >= 0 && learningRate < Double.POSITIVE_INFINITY,
        "learning_rate",
        learningRate,
        ">= 0");
    problems.check(
        weightDecay >= 0 && weightDecay < Double.POSITIVE_INFINITY,
        "weight_decay",
        weightDecay,
        ">= 0");
    problems.throwIfAny(InvalidInputException::new);
  }

  /** Whether a parameter's name belongs to this group's pattern. */
  public boolean matches(String name) {
    return Pattern.compile(pattern).matcher(name).find();
  }
}
