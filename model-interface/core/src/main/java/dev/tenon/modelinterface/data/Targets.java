package dev.tenon.modelinterface.data;

import dev.tenon.error.InvalidInputException;
import dev.tenon.internal.Nearest;
import dev.tenon.internal.Problems;
import dev.tenon.modelinterface.classification.ProblemType;
import dev.tenon.spec.ClassificationHead;
import dev.tenon.tensor.TensorData;
import java.util.List;

/**
 * Labels as they are written to the numbers that a classification learns.
 *
 * @param names of the classes
 * @param problem what is learned
 */
record Targets(List<String> names, ProblemType problem) {
  static Targets of(ClassificationHead head) {
    return new Targets(head.labels(), ProblemType.of(head));
  }

  /** {@code class_labels} of one item, as {@link ProblemType} tells. */
  TensorData of(List<String> labels) {
    return switch (problem) {
      case SINGLE_LABEL_CLASSIFICATION -> TensorData.ofLongs(new long[] {single(labels)}, 1);
      case MULTI_LABEL_CLASSIFICATION -> row(several(labels));
      case REGRESSION -> row(numbers(labels));
    };
  }

  private static TensorData row(float... values) {
    return TensorData.ofFloats(values, 1, values.length);
  }

  private int single(List<String> labels) {
    if (labels.size() != 1) {
      throw new InvalidInputException(Problems.problem("labels", labels, "one"));
    }
    return number(labels.get(0));
  }

  private float[] several(List<String> labels) {
    float[] row = new float[names.size()];
    for (String label : labels) {
      int number = number(label);
      if (row[number] != 0) {
        throw new InvalidInputException(Problems.problem("labels", labels, "each class once"));
      }
      row[number] = 1;
    }
    return row;
  }

  private float[] numbers(List<String> labels) {
    if (labels.size() != names.size()) {
      throw new InvalidInputException(
          Problems.problem("labels", labels, names.size() + " numbers, one per class"));
    }
    float[] row = new float[labels.size()];
    for (int i = 0; i < row.length; i++) {
      row[i] = (float) Numeral.of("label", labels.get(i));
    }
    return row;
  }

  /** A class by its name or, where no class has that name, by its number. */
  private int number(String label) {
    int named = names.indexOf(label);
    return named >= 0 ? named : numeral(label);
  }

  private int numeral(String label) {
    int number = label.matches("[0-9]{1,9}") ? Integer.parseInt(label) : -1;
    if (number < 0 || number >= names.size()) {
      String hint = Nearest.to(label, names).map(x -> "; did you mean " + x + "?").orElse("");
      String expected = "one of " + names + ", or 0 to " + (names.size() - 1) + hint;
      throw new InvalidInputException(Problems.problem("label", "\"" + label + "\"", expected));
    }
    return number;
  }
}
