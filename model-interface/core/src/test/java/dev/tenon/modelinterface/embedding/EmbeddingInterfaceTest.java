package dev.tenon.modelinterface.embedding;

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
import dev.tenon.modelinterface.ModelInterfaceRegistry;
import dev.tenon.modelinterface.data.BatchSize;
import dev.tenon.modelinterface.data.RelatedTexts;
import dev.tenon.modelinterface.data.TextEncoder;
import dev.tenon.modelinterface.internal.Correlation;
import dev.tenon.modelinterface.internal.Cosine;
import dev.tenon.spec.Arguments;
import dev.tenon.spec.FinetuneSpec;
import dev.tenon.spec.Schedule;
import dev.tenon.tensor.NamedArray;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class EmbeddingInterfaceTest {
  private final Model model = model(Head.POOLED_EMBEDDING, 10_000);

  private static Model model(Head head, int microBatchTokens) {
    return EmbeddingTwins.backend()
        .initialize(
            FakeNetwork.random(258, 8, 64, head, 3).model("fake", new ByteTokenizer()),
            FinetuneSpec.openEnded()
                .learningRate(0.02)
                .schedule(Schedule.constant(0))
                .microBatchTokens(microBatchTokens));
  }

  /** Texts that begin alike belong together. */
  private static NamedArray batch(EmbeddingLoss loss) {
    List<RelatedTexts> texts = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      char own = (char) ('a' + i);
      String anchor = own + "x";
      texts.add(
          loss.scored()
              ? RelatedTexts.scored(
                  anchor, (i % 2 == 0 ? own : 'z') + "y", i % 2 == 0 ? 1 : 0.1 * i)
              : loss == EmbeddingLoss.TRIPLET
                  ? RelatedTexts.of(anchor, own + "y", (char) (own + 1) + "y")
                  : RelatedTexts.of(anchor, own + "yy"));
    }
    TextEncoder encoder = new TextEncoder(new ByteTokenizer(), 64, true, false, "");
    return RelatedTexts.of(texts, encoder).batches(BatchSize.items(6)).iterator().next();
  }

  @ParameterizedTest
  @EnumSource
  void everyLossIsLearned(EmbeddingLoss loss) {
    EmbeddingInterface embedding = new EmbeddingInterface(loss);
    double before = embedding.evaluate(model, List.of(batch(loss))).get("loss");
    Metrics step = embedding.trainStep(model, batch(loss));
    assertThat(step.get("loss")).isCloseTo(before, within(1e-9));
    assertThat(step.asMap().keySet())
        .containsExactly(
            "loss",
            loss.scored() ? "cosine" : "accuracy",
            "items",
            "tokens",
            "grad_norm",
            "learning_rate");
    for (int i = 0; i < 40; i++) {
      step = embedding.trainStep(model, batch(loss));
    }
    assertThat(step.get("loss")).isLessThan(0.8 * before);
  }

  /** In-batch negatives meet every other item of the step, however it is cut. */
  @ParameterizedTest
  @EnumSource
  void microBatchesChangeNothingButRounding(EmbeddingLoss loss) {
    List<Map<String, Double>> found = new ArrayList<>();
    for (int budget : new int[] {10_000, 1}) {
      try (Model cut = model(Head.POOLED_EMBEDDING, budget)) {
        EmbeddingInterface embedding = new EmbeddingInterface(loss);
        Metrics unused = embedding.trainStep(cut, batch(loss));
        found.add(new TreeMap<>(embedding.trainStep(cut, batch(loss)).asMap()));
      }
    }
    found
        .get(0)
        .forEach(
            (name, value) ->
                assertThat(found.get(1).get(name)).as(name).isCloseTo(value, within(1e-5)));
  }

  @Test
  void evaluationTellsHowCosinesGoWithScores() {
    NamedArray batch = batch(EmbeddingLoss.COSENT);
    EmbeddingInterface embedding = new EmbeddingInterface(EmbeddingLoss.COSENT);
    double[] pooled = embedding.inference(model, batch).get("pooled").toDoubles();
    double[] cosines = new double[6];
    for (int i = 0; i < 6; i++) {
      cosines[i] = Cosine.ofRows(pooled, 8, 2 * i, 2 * i + 1);
    }
    double[] scores = batch.get("class_labels").toDoubles();
    Metrics metrics = embedding.evaluate(model, List.of(batch));
    assertThat(metrics.get("pearson")).isEqualTo(Correlation.pearson(cosines, scores));
    assertThat(metrics.get("spearman")).isEqualTo(Correlation.spearman(cosines, scores));
    assertThat(metrics.asMap().keySet())
        .containsExactly("loss", "pearson", "spearman", "items", "tokens");
  }

  @Test
  void accuracyCountsAnchorsThatAreNearestToTheirOwn() {
    EmbeddingInterface embedding = new EmbeddingInterface(EmbeddingLoss.MULTIPLE_NEGATIVES_RANKING);
    NamedArray batch = batch(EmbeddingLoss.MULTIPLE_NEGATIVES_RANKING);
    double[] pooled = embedding.inference(model, batch).get("pooled").toDoubles();
    double right = 0;
    for (int i = 0; i < 6; i++) {
      boolean best = true;
      for (int j = 0; j < 6; j++) {
        best &=
            i == j
                || Cosine.ofRows(pooled, 8, 2 * i, 2 * i + 1)
                    > Cosine.ofRows(pooled, 8, 2 * i, 2 * j + 1);
      }
      right += best ? 1 : 0;
    }
    assertThat(embedding.evaluate(model, List.of(batch)).get("accuracy")).isEqualTo(right / 6);
  }

  @Test
  void refusesWhatTheLossDoesNotTake() {
    EmbeddingInterface triplets = new EmbeddingInterface(EmbeddingLoss.TRIPLET);
    assertThatThrownBy(
            () -> triplets.trainStep(model, batch(EmbeddingLoss.MULTIPLE_NEGATIVES_RANKING)))
        .isInstanceOf(InvalidInputException.class)
        .hasMessage("texts per item of triplet: [2] (expected: 3)");
    EmbeddingInterface scored = new EmbeddingInterface(EmbeddingLoss.COSINE_SIMILARITY);
    assertThatThrownBy(
            () -> scored.trainStep(model, batch(EmbeddingLoss.MULTIPLE_NEGATIVES_RANKING)))
        .hasMessage(
            "field class_labels of objective cosine-similarity: missing (expected: F32 per ITEM)");
    try (Model classifier = model(Head.SEQUENCE_CLASSIFICATION, 100)) {
      assertThatThrownBy(() -> triplets.trainStep(classifier, batch(EmbeddingLoss.TRIPLET)))
          .hasMessageContaining("head of model fake: sequence-classification");
    }
    assertThatThrownBy(() -> triplets.withScale(3))
        .hasMessage("scale of loss triplet: 3.0 (expected: the setting margin)");
    assertThatThrownBy(() -> triplets.withMargin(-1)).hasMessageContaining("margin: -1.0");
    assertThatThrownBy(() -> triplets.generate(model, batch(EmbeddingLoss.TRIPLET)))
        .isInstanceOf(UnsupportedFeatureException.class);
    assertThatThrownBy(() -> triplets.evaluate(model, List.of()))
        .hasMessageContaining("items to evaluate: 0");
  }

  @Test
  void isFoundByNameWithItsArguments() {
    ModelInterfaceRegistry registry = ModelInterfaceRegistry.fromServiceLoader();
    assertThat(
            registry.create(
                "embedding", Arguments.of("loss", "multiple-negatives-ranking").with("scale", 50)))
        .hasToString("EmbeddingInterface(loss=multiple-negatives-ranking, scale=50.0)");
    assertThatThrownBy(() -> registry.create("embedding", Arguments.of("loss", "infonce")))
        .hasMessageContaining("loss: infonce (expected: one of [cosine-similarity, cosent,");
    assertThatThrownBy(() -> registry.create("embedding", Arguments.none()))
        .hasMessageContaining("argument loss of interface embedding: missing");
  }
}
