package dev.tenon.modelinterface.classification;

import dev.tenon.model.Output;
import dev.tenon.model.OutputRequest;
import dev.tenon.modelinterface.internal.ObjectiveTexts;
import dev.tenon.objective.BatchField;
import dev.tenon.objective.Objective;
import dev.tenon.objective.TextObjective;
import dev.tenon.tensor.DType;
import dev.tenon.tensor.FieldKind;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The objectives of classifications; their texts lie beside this class. */
final class ClassificationObjectives {
  private ClassificationObjectives() {}

  /**
   * The objective of a problem.
   *
   * @param hyperParameters {@code label_smoothing} and {@code class_weight_<c>} of a single label
   */
  static TextObjective of(ProblemType problem, Map<String, Double> hyperParameters) {
    boolean single = problem == ProblemType.SINGLE_LABEL_CLASSIFICATION;
    String text =
        ObjectiveTexts.read(
            ClassificationObjectives.class, problem.name().toLowerCase(Locale.ROOT));
    return Objective.of(
            problem.label(),
            OutputRequest.of(Output.CLASS_LOGITS),
            List.of(
                new BatchField("class_labels", FieldKind.SEQUENCE, single ? DType.I64 : DType.F32)),
            text)
        .withHyperParameters(single ? hyperParameters : Map.of());
  }
}
