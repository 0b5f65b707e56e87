package dev.tenon.modelinterface.classification;

import dev.tenon.error.InvalidInputException;
import dev.tenon.internal.Problems;
import dev.tenon.model.Head;
import dev.tenon.model.Model;
import dev.tenon.spec.ClassificationHead;
import dev.tenon.tensor.DType;
import dev.tenon.tensor.FieldKind;
import dev.tenon.tensor.NamedArray;
import dev.tenon.tensor.TensorData;
import java.util.Arrays;
import java.util.Optional;

/**
 * The classes of a model and what is learned of them.
 *
 * @param head their names, with the application's problem if it has one
 * @param problem what is learned
 */
record Classes(ClassificationHead head, ProblemType problem) {
  private static final long IGNORED = -100; // torch.nn.CrossEntropyLoss: ignore_index
  private static final int MAX_REPORTED = 10;

  /** The classes of a model; an application's problem counts before the configuration's. */
  static Classes of(Model model, Optional<ProblemType> problem) {
    Head head = model.network().head();
    ClassificationHead classes =
        model
            .network()
            .classificationHead()
            .filter(x -> head == Head.SEQUENCE_CLASSIFICATION)
            .orElseThrow(
                () ->
                    new InvalidInputException(
                        Problems.problem(
                            "head of model " + model.name(),
                            head.label(),
                            "sequence-classification")));
    ClassificationHead own =
        problem
            .map(x -> new ClassificationHead(classes.labels(), Optional.of(x.label())))
            .orElse(classes);
    return new Classes(own, ProblemType.of(own));
  }

  /** C. */
  int count() {
    return head.labels().size();
  }

  /**
   * Refuses labels that are not the problem's.
   *
   * @return how many sequences have a label
   */
  double check(NamedArray batch) {
    TensorData labels = batch.get("class_labels");
    Problems problems = new Problems();
    boolean single = problem == ProblemType.SINGLE_LABEL_CLASSIFICATION;
    boolean row = single || (problem == ProblemType.REGRESSION && count() == 1);
    String form = (single ? "I64" : "F32") + (row ? " [n]" : " [n, " + count() + "]");
    boolean fits =
        labels.dtype() == (single ? DType.I64 : DType.F32)
            && batch.kind("class_labels") == FieldKind.SEQUENCE
            && (labels.shape().rank() == 1 ? row : !single && labels.shape().dim(1) == count());
    problems.check(
        fits,
        "class_labels",
        labels.dtype() + " " + labels.shape() + " per " + batch.kind("class_labels"),
        form + " per SEQUENCE for " + problem.label());
    problems.throwIfAny(InvalidInputException::new);
    return single ? checkNumbers(labels.toLongs()) : checkValues(labels);
  }

  private double checkNumbers(long[] labels) {
    Problems problems = new Problems();
    int wrong = 0;
    long known = 0;
    for (int i = 0; i < labels.length; i++) {
      boolean ignored = labels[i] == IGNORED;
      boolean inside = labels[i] >= 0 && labels[i] < count();
      known += inside ? 1 : 0;
      if (!ignored && !inside && ++wrong <= MAX_REPORTED) {
        String expected = "0 to " + (count() - 1) + ", or -100";
        problems.add("class_labels[" + i + "]", labels[i], expected);
      }
    }
    problems.throwIfAny(InvalidInputException::new);
    return known;
  }

  private double checkValues(TensorData labels) {
    boolean several = problem == ProblemType.MULTI_LABEL_CLASSIFICATION;
    Problems problems = new Problems();
    int wrong = 0;
    for (int i = 0; i < labels.size(); i++) {
      double label = labels.getDouble(i);
      boolean valid = several ? label >= 0 && label <= 1 : Double.isFinite(label);
      if (!valid && ++wrong <= MAX_REPORTED) {
        problems.add(
            "class_labels[" + i + "]", label, several ? "0 or 1, or between" : "a finite number");
      }
    }
    problems.throwIfAny(InvalidInputException::new);
    return labels.shape().dim(0);
  }

  /** The scores of rows of logits [n, C], F32. */
  TensorData scores(TensorData logits) {
    ScoreFunction function = ScoreFunction.of(head);
    double[] values = logits.toDoubles();
    float[] scores = new float[values.length];
    for (int from = 0; from < values.length; from += count()) {
      double[] row = function.apply(Arrays.copyOfRange(values, from, from + count()));
      for (int c = 0; c < row.length; c++) {
        scores[from + c] = (float) row[c];
      }
    }
    return TensorData.ofFloats(scores, logits.shape().toArray());
  }
}
