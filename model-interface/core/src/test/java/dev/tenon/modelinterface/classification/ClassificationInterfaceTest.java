package dev.tenon.modelinterface.classification;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.tenon.backend.testkit.ByteTokenizer;
import dev.tenon.backend.testkit.FakeNetwork;
import dev.tenon.error.InvalidInputException;
import dev.tenon.error.UnsupportedFeatureException;
import dev.tenon.model.Head;
import dev.tenon.model.Metrics;
import dev.tenon.model.Model;
import dev.tenon.modelinterface.ModelInterface;
import dev.tenon.modelinterface.ModelInterfaceRegistry;
import dev.tenon.modelinterface.data.BatchSize;
import dev.tenon.modelinterface.data.LabelledText;
import dev.tenon.spec.Arguments;
import dev.tenon.spec.FinetuneSpec;
import dev.tenon.spec.Schedule;
import dev.tenon.tensor.Items;
import dev.tenon.tensor.NamedArray;
import dev.tenon.tensor.TensorData;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ClassificationInterfaceTest {
  private static final int CLASSES = 3;

  private final ClassificationInterface classification = new ClassificationInterface();
  private final Model model = model(Head.SEQUENCE_CLASSIFICATION);

  private static Model model(Head head) {
    return ClassificationTwins.backend()
        .initialize(
            FakeNetwork.random(258, 8, 64, head, 3).model("fake", new ByteTokenizer()),
            FinetuneSpec.openEnded().learningRate(0.05).schedule(Schedule.constant(0)));
  }

  /** Sequences of one or two tokens. */
  private static NamedArray batch(TensorData labels) {
    int rows = (int) labels.shape().dim(0);
    int[] lengths = new int[rows];
    int tokens = 0;
    for (int i = 0; i < rows; i++) {
      lengths[i] = 1 + i % 2;
      tokens += lengths[i];
    }
    long[] ids = new long[tokens];
    for (int i = 0; i < tokens; i++) {
      ids[i] = 7 * i % 50;
    }
    return NamedArray.builder(Items.ofLengths(lengths))
        .put("input_ids", TensorData.ofLongs(ids, tokens))
        .put("class_labels", labels)
        .build();
  }

  private static NamedArray numbers(long... labels) {
    return batch(TensorData.ofLongs(labels, labels.length));
  }

  private double[] logits(NamedArray batch) {
    return classification.inference(model, batch).get("class_logits").toDoubles();
  }

  private static double logSum(double[] logits, int row) {
    double sum = 0;
    for (int c = 0; c < CLASSES; c++) {
      sum += Math.exp(logits[row * CLASSES + c]);
    }
    return Math.log(sum);
  }

  @Test
  void lossIsTheMeanCrossEntropyOfWhatHasALabel() {
    NamedArray batch = numbers(2, 0, -100, 1);
    double[] logits = logits(batch);
    double expected = 0;
    for (int[] each : new int[][] {{0, 2}, {1, 0}, {3, 1}}) {
      expected += logSum(logits, each[0]) - logits[each[0] * CLASSES + each[1]];
    }
    Metrics metrics = classification.evaluate(model, List.of(batch));
    assertThat(metrics.get("loss")).isCloseTo(expected / 3, within(1e-6));
    assertThat(metrics.get("examples")).isEqualTo(3);
    assertThat(metrics.asMap().keySet())
        .containsExactly("loss", "accuracy", "macro_f1", "examples", "tokens");
    assertThat(classification.trainStep(model, batch).get("loss"))
        .isCloseTo(expected / 3, within(1e-6));
  }

  @Test
  void evaluationDoesNotDependOnHowDataIsCut() {
    NamedArray batch = numbers(2, 0, -100, 1, 1);
    Metrics whole = classification.evaluate(model, List.of(batch));
    List<NamedArray> parts = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      parts.add(batch.item(i));
    }
    Metrics cut = classification.evaluate(model, parts);
    whole
        .asMap()
        .forEach(
            (name, value) -> assertThat(cut.get(name)).as(name).isCloseTo(value, within(1e-9)));
  }

  @Test
  void learnsLettersByHeart() {
    List<LabelledText> texts = new ArrayList<>();
    for (int i = 0; i < 12; i++) {
      texts.add(LabelledText.of("x" + (char) ('a' + i), "LABEL_" + i % CLASSES));
    }
    NamedArray batch = LabelledText.of(texts, model).batches(BatchSize.items(12)).iterator().next();
    double before = classification.evaluate(model, List.of(batch)).get("accuracy");
    Metrics step = Metrics.empty();
    for (int i = 0; i < 60; i++) {
      step = classification.trainStep(model, batch);
    }
    Metrics after = classification.evaluate(model, List.of(batch));
    assertThat(before).isLessThan(0.7);
    assertThat(step.get("accuracy")).isEqualTo(1);
    assertThat(after.get("accuracy")).isEqualTo(1);
    assertThat(after.get("macro_f1")).isEqualTo(1);
    assertThat(step.asMap().keySet())
        .containsExactly("loss", "accuracy", "examples", "tokens", "grad_norm", "learning_rate");
  }

  @Test
  void severalLabelsAndNumbersAreLearnedToo() {
    TensorData labels = TensorData.ofFloats(new float[] {1, 0, 1, 0, 0, 0}, 2, CLASSES);
    for (ProblemType problem :
        List.of(ProblemType.MULTI_LABEL_CLASSIFICATION, ProblemType.REGRESSION)) {
      ClassificationInterface other = classification.withProblemType(problem);
      double first = other.trainStep(model, batch(labels)).get("loss");
      Metrics last = Metrics.empty();
      for (int i = 0; i < 50; i++) {
        last = other.trainStep(model, batch(labels));
      }
      assertThat(last.get("loss")).isLessThan(first / 2);
      Metrics evaluated = other.evaluate(model, List.of(batch(labels)));
      assertThat(evaluated.find("accuracy").isPresent())
          .isEqualTo(problem == ProblemType.MULTI_LABEL_CLASSIFICATION);
    }
  }

  @Test
  void scoresAreProbabilities() {
    NamedArray found = classification.inference(model, numbers(0, 1));
    double[] scores = found.get("class_scores").toDoubles();
    assertThat(scores[0] + scores[1] + scores[2]).isCloseTo(1, within(1e-6));
    NamedArray several =
        classification
            .withProblemType(ProblemType.MULTI_LABEL_CLASSIFICATION)
            .inference(model, numbers(0, 1));
    double logit = several.get("class_logits").getDouble(4);
    assertThat(several.get("class_scores").getDouble(4))
        .isCloseTo(1 / (1 + Math.exp(-logit)), within(1e-6));
  }

  @Test
  void refusesLabelsThatAreNotTheModels() {
    assertThatThrownBy(() -> classification.trainStep(model, numbers(0, 3, -1)))
        .isInstanceOf(InvalidInputException.class)
        .hasMessage(
            "class_labels[1]: 3 (expected: 0 to 2, or -100);"
                + " class_labels[2]: -1 (expected: 0 to 2, or -100)");
    assertThatThrownBy(() -> classification.trainStep(model, numbers(-100)))
        .hasMessage("labels to learn: 0 (expected: at least one)");
    NamedArray numbers = batch(TensorData.ofFloats(new float[] {0.5f}, 1));
    assertThatThrownBy(() -> classification.trainStep(model, numbers))
        .hasMessage(
            "class_labels: F32 [1] per SEQUENCE (expected: I64 [n] per SEQUENCE for"
                + " single_label_classification)");
    assertThatThrownBy(() -> classification.evaluate(model, List.of()))
        .isInstanceOf(InvalidInputException.class);
  }

  @Test
  void refusesModelsAndSettingsThatDoNotFit() {
    Model language = model(Head.CAUSAL_LM);
    assertThatThrownBy(() -> classification.trainStep(language, numbers(0)))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("head of model fake: causal-lm");
    assertThatThrownBy(
            () -> classification.withClassWeights(List.of(1.0)).trainStep(model, numbers(0)))
        .hasMessage("class_weights: 1 weights (expected: 3, one per class)");
    assertThatThrownBy(() -> classification.withLabelSmoothing(1.5))
        .hasMessage("label_smoothing: 1.5 (expected: 0 to 1)");
    assertThatThrownBy(() -> classification.generate(model, numbers(0)))
        .isInstanceOf(UnsupportedFeatureException.class)
        .hasMessageContaining("ClassificationInterface");
  }

  @Test
  void isFoundByNameWithItsArguments() {
    ModelInterface found =
        ModelInterfaceRegistry.fromServiceLoader()
            .create(
                "classification",
                Arguments.of("label_smoothing", 0.1)
                    .with("class_weights", List.of(1, 2.5, 1))
                    .with("problem_type", "single_label_classification"));
    assertThat(found)
        .hasToString(
            "ClassificationInterface(problem_type=single_label_classification,"
                + " label_smoothing=0.1, class_weights=[1.0, 2.5, 1.0])");
    double plain = classification.evaluate(model, List.of(numbers(0, 1, 2))).get("loss");
    double smoothed = found.evaluate(model, List.of(numbers(0, 1, 2))).get("loss");
    assertThat(smoothed).isNotCloseTo(plain, within(1e-6));
  }

  @Test
  void savesAsTheEngineDoes(@TempDir Path directory) {
    Path target = directory.resolve("saved");
    classification.save(model, target);
    FakeNetwork saved = FakeNetwork.open(target);
    assertThat(saved.head()).isEqualTo(Head.SEQUENCE_CLASSIFICATION);
  }
}
