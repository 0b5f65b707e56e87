package dev.tenon.modelinterface.classification;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.tenon.spec.ClassificationHead;
import dev.tenon.tensor.TensorData;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Expected numbers: scikit-learn's accuracy_score and f1_score(average="macro"). */
class ClassificationReportTest {
  private static ClassificationReport report(ProblemType problem, String... names) {
    ClassificationHead head = new ClassificationHead(List.of(names), Optional.of(problem.label()));
    return new ClassificationReport(new Classes(head, problem));
  }

  @Test
  void countsClassesThatOccur() {
    ClassificationReport report =
        report(ProblemType.SINGLE_LABEL_CLASSIFICATION, "a", "b", "c", "never");
    float[] logits = new float[6 * 4];
    int[] predicted = {0, 1, 1, 2, 0, 1};
    for (int i = 0; i < predicted.length; i++) {
      logits[i * 4 + predicted[i]] = 1;
    }
    report.add(
        TensorData.ofFloats(logits, 6, 4), TensorData.ofLongs(new long[] {0, 1, 2, 2, 1, -100}, 6));
    Map<String, Double> metrics = report.metrics();
    assertThat(metrics.get("accuracy")).isCloseTo(0.6, within(1e-12));
    assertThat(metrics.get("macro_f1")).isCloseTo(0.611111111111111, within(1e-12));
  }

  @Test
  void countsEveryClassOfSeveralLabels() {
    ClassificationReport report = report(ProblemType.MULTI_LABEL_CLASSIFICATION, "a", "b", "never");
    report.add(
        TensorData.ofFloats(new float[] {1, -1, -1, 1, 1, -1, -1, 2, -3}, 3, 3),
        TensorData.ofFloats(new float[] {1, 0, 0, 0, 1, 0, 0, 1, 0}, 3, 3));
    Map<String, Double> metrics = report.metrics();
    assertThat(metrics.get("accuracy")).isCloseTo(2 / 3.0, within(1e-12));
    assertThat(metrics.get("macro_f1")).isCloseTo(0.5555555555555555, within(1e-12));
  }
}
