package dev.tenon.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.tenon.backend.pytorch.PyTorchBackend;
import dev.tenon.cli.conformance.Resources;
import dev.tenon.internal.Json;
import dev.tenon.model.Metrics;
import dev.tenon.model.Model;
import dev.tenon.modelinterface.classification.ClassificationInterface;
import dev.tenon.modelinterface.classification.ProblemType;
import dev.tenon.modelinterface.data.BatchSize;
import dev.tenon.modelinterface.data.LabelledText;
import dev.tenon.modelinterface.data.RelatedTexts;
import dev.tenon.modelinterface.data.TextEncoder;
import dev.tenon.modelinterface.embedding.EmbeddingInterface;
import dev.tenon.modelinterface.embedding.EmbeddingLoss;
import dev.tenon.modelinterface.text.Classification;
import dev.tenon.modelinterface.text.Embedding;
import dev.tenon.modelinterface.text.PairScorer;
import dev.tenon.modelinterface.text.TextClassifier;
import dev.tenon.modelinterface.text.TextEmbedder;
import dev.tenon.modelinterface.text.TextPair;
import dev.tenon.nn.HfModels;
import dev.tenon.spec.Arguments;
import dev.tenon.spec.ClassificationHead;
import dev.tenon.spec.FinetuneSpec;
import dev.tenon.tensor.Device;
import dev.tenon.tensor.NamedArray;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Training of classifiers and embedders, and what they save, against the Python libraries. */
@Tag("python")
class PythonTextsTest {
  private static final List<String> TEXTS =
      List.of("The sea is calm.", "A storm comes up", "light", "The lamp burns all night long.");
  private static final List<String> OTHERS =
      List.of("calm water", "wind and waves", "lamp", "It burns until the morning.");
  private static final List<String> NEGATIVES =
      List.of("a red house", "the old keeper", "dark", "Nobody is there.");

  @TempDir Path scratch;

  private static Model open(Path directory, Arguments more) {
    Arguments arguments = more.with("path", directory);
    return HfModels.registry().create("hf", "model", Device.cpu(), arguments);
  }

  private static Model training(Model network) {
    return new PyTorchBackend()
        .initialize(network, FinetuneSpec.steps(4).learningRate(1e-3).microBatchTokens(16));
  }

  private Map<String, Object> ask(Path directory, Map<String, Object> request) throws Exception {
    Path question = Files.writeString(scratch.resolve("request.json"), Json.compact(request));
    Path answer =
        TransformersReference.run(
            "/python/text_reference.py", scratch, directory.toString(), question.toString());
    return Json.readObject(answer).toMap();
  }

  private static double number(Map<String, Object> answer, String key) {
    return ((Number) answer.get(key)).doubleValue();
  }

  private static void assertSame(Metrics found, Map<String, Object> expected) {
    double norm = number(expected, "grad_norm");
    assertThat(found.get("loss")).isCloseTo(number(expected, "loss"), within(2e-5));
    assertThat(found.get("grad_norm")).isCloseTo(norm, within(2e-4 * norm));
  }

  private static List<Object> labels(ProblemType problem) {
    return switch (problem) {
      case SINGLE_LABEL_CLASSIFICATION -> List.of(2, 0, 1, 2);
      case MULTI_LABEL_CLASSIFICATION ->
          List.of(List.of(1, 0, 1), List.of(0, 0, 0), List.of(0, 1, 0), List.of(1, 1, 1));
      case REGRESSION ->
          List.of(List.of(0.5, -1, 2), List.of(0, 0, 1), List.of(3, 1, 0), List.of(1, 1, 1));
    };
  }

  /** As a file would have them. */
  private static String[] written(ProblemType problem, Object label) {
    List<?> values = label instanceof List<?> list ? list : List.of(label);
    List<String> written = new ArrayList<>();
    for (int c = 0; c < values.size(); c++) {
      if (problem == ProblemType.MULTI_LABEL_CLASSIFICATION) {
        if (values.get(c).equals(1)) {
          written.add("LABEL_" + c);
        }
      } else {
        written.add(values.get(c).toString());
      }
    }
    return written.toArray(String[]::new);
  }

  private static NamedArray batch(Model model, ProblemType problem) {
    List<String> names = model.network().classificationHead().orElseThrow().labels();
    ClassificationHead head = new ClassificationHead(names, Optional.of(problem.label()));
    List<LabelledText> texts = new ArrayList<>();
    for (int i = 0; i < TEXTS.size(); i++) {
      texts.add(LabelledText.of(TEXTS.get(i), written(problem, labels(problem).get(i))));
    }
    return LabelledText.of(texts, TextEncoder.of(model), head)
        .batches(BatchSize.items(4))
        .iterator()
        .next();
  }

  @ParameterizedTest
  @EnumSource
  void lossAndGradientOfAProblemAreThoseOfTransformers(ProblemType problem) throws Exception {
    Path directory = Resources.directory("families/bert-cls");
    ClassificationInterface classification = new ClassificationInterface().withProblemType(problem);
    Map<String, Object> asked =
        Map.of("texts", TEXTS, "labels", labels(problem), "problem_type", problem.label());
    Map<String, Object> expected = ask(directory, Map.of("loss", asked));
    try (Model model = training(open(directory, Arguments.none()))) {
      NamedArray batch = batch(model, problem);
      assertThat(classification.evaluate(model, List.of(batch)).get("loss"))
          .isCloseTo(number(expected, "loss"), within(2e-5));
      assertSame(classification.trainStep(model, batch), expected);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"bert-cls", "roberta-cls", "distilbert-cls"})
  void whatAClassifierLearnedIsWhatThePipelineSays(String family) throws Exception {
    Path saved = scratch.resolve("saved");
    ClassificationInterface classification = new ClassificationInterface();
    Arguments head =
        Arguments.of("head", "sequence-classification").with("labels", List.of("calm", "rough"));
    Path source = Resources.directory("families/" + family.replace("-cls", "-mlm"));
    try (Model model = training(open(source, head))) {
      List<LabelledText> texts = new ArrayList<>();
      for (int i = 0; i < TEXTS.size(); i++) {
        texts.add(LabelledText.pair(TEXTS.get(i), OTHERS.get(i), i % 2 == 0 ? "calm" : "rough"));
      }
      NamedArray batch =
          LabelledText.of(texts, model).batches(BatchSize.items(4)).iterator().next();
      for (int i = 0; i < 4; i++) {
        assertThat(classification.trainStep(model, batch).get("loss")).isPositive();
      }
      classification.save(model, saved);
    }
    List<Object> asked = new ArrayList<>(TEXTS);
    asked.add(List.of(TEXTS.get(0), OTHERS.get(1)));
    Map<String, Object> answer = ask(saved, Map.of("classify", asked));
    assertThat(answer.get("labels")).isEqualTo(List.of("calm", "rough"));
    List<?> expected = (List<?>) answer.get("classify");
    try (TextClassifier classifier = TextClassifier.open(saved)) {
      List<Classification> found = new ArrayList<>(classifier.classify(TEXTS));
      found.add(classifier.classify(new TextPair(TEXTS.get(0), OTHERS.get(1))));
      for (int i = 0; i < found.size(); i++) {
        double[] scores = TransformersReference.numbers(expected.get(i));
        assertThat(found.get(i).score("calm")).isCloseTo(scores[0], within(2e-4));
        assertThat(found.get(i).score("rough")).isCloseTo(scores[1], within(2e-4));
      }
    }
  }

  private static final Map<EmbeddingLoss, String> THEIRS =
      Map.of(
          EmbeddingLoss.COSINE_SIMILARITY, "CosineSimilarityLoss",
          EmbeddingLoss.COSENT, "CoSENTLoss",
          EmbeddingLoss.MULTIPLE_NEGATIVES_RANKING, "MultipleNegativesRankingLoss",
          EmbeddingLoss.TRIPLET, "TripletLoss");

  private static final List<Double> SCORES = List.of(1.0, 0.25, 0.5, 0.75);

  private static NamedArray related(EmbeddingLoss loss, Model model) {
    List<RelatedTexts> texts = new ArrayList<>();
    for (int i = 0; i < TEXTS.size(); i++) {
      texts.add(
          loss.scored()
              ? RelatedTexts.scored(TEXTS.get(i), OTHERS.get(i), SCORES.get(i))
              : RelatedTexts.of(TEXTS.get(i), OTHERS.get(i), NEGATIVES.get(i)));
    }
    return RelatedTexts.of(texts, TextEncoder.of(model))
        .batches(BatchSize.items(4))
        .iterator()
        .next();
  }

  /** The micro-batches of 16 tokens make in-batch negatives a matter of gradient caching. */
  @ParameterizedTest
  @EnumSource
  void lossAndGradientOfAContrastAreThoseOfSentenceTransformers(EmbeddingLoss loss)
      throws Exception {
    Path directory = Resources.directory("families/bert-minilm");
    Map<String, Object> asked = new TreeMap<>();
    asked.put("loss", THEIRS.get(loss));
    asked.put("setting", setting(loss));
    asked.put(
        "columns", loss.scored() ? List.of(TEXTS, OTHERS) : List.of(TEXTS, OTHERS, NEGATIVES));
    asked.put("labels", loss.scored() ? SCORES : List.of());
    Map<String, Object> expected = ask(directory, Map.of("contrast", asked));
    try (Model model = training(open(directory, Arguments.none()))) {
      assertSame(new EmbeddingInterface(loss).trainStep(model, related(loss, model)), expected);
    }
  }

  private static Map<String, Object> setting(EmbeddingLoss loss) {
    return switch (loss) {
      case COSINE_SIMILARITY -> Map.of();
      case COSENT, MULTIPLE_NEGATIVES_RANKING -> Map.of("scale", 20.0);
      case TRIPLET -> Map.of("triplet_margin", 5.0);
    };
  }

  @Test
  void whatAnEmbedderLearnedIsWhatSentenceTransformersEncodes() throws Exception {
    Path saved = scratch.resolve("saved");
    EmbeddingLoss loss = EmbeddingLoss.MULTIPLE_NEGATIVES_RANKING;
    EmbeddingInterface embedding = new EmbeddingInterface(loss);
    Path source = Resources.directory("families/bert-minilm");
    try (Model model = training(open(source, Arguments.none()))) {
      for (int i = 0; i < 4; i++) {
        assertThat(embedding.trainStep(model, related(loss, model)).get("loss")).isPositive();
      }
      embedding.save(model, saved);
    }
    List<?> expected = (List<?>) ask(saved, Map.of("embed", TEXTS)).get("embed");
    try (TextEmbedder embedder = TextEmbedder.open(saved);
        TextEmbedder before = TextEmbedder.open(source)) {
      List<Embedding> found = embedder.embed(TEXTS);
      for (int i = 0; i < TEXTS.size(); i++) {
        double[] theirs = TransformersReference.numbers(expected.get(i));
        assertThat(found.get(i).values().toDoubles()).containsExactly(theirs, within(5e-6));
      }
      assertThat(found.get(0).cosine(before.embed(TEXTS.get(0)))).isLessThan(0.999);
    }
  }

  @Test
  void aCrossEncodersScoreIsTheLogitThatSentenceTransformersGives() throws Exception {
    Path saved = scratch.resolve("saved");
    Arguments head =
        Arguments.of("head", "sequence-classification").with("num_labels", 1).with("seed", 3);
    Path source = Resources.directory("families/bert-mlm");
    try (Model model = training(open(source, head))) {
      new ClassificationInterface().save(model, saved);
    }
    List<TextPair> pairs = new ArrayList<>();
    List<Object> asked = new ArrayList<>();
    for (int i = 0; i < TEXTS.size(); i++) {
      pairs.add(new TextPair(TEXTS.get(i), OTHERS.get(i)));
      asked.add(List.of(TEXTS.get(i), OTHERS.get(i)));
    }
    double[] expected =
        TransformersReference.numbers(ask(saved, Map.of("cross", asked)).get("cross"));
    try (PairScorer scorer = PairScorer.open(saved)) {
      List<Double> found = scorer.score(pairs);
      for (int i = 0; i < expected.length; i++) {
        assertThat(found.get(i)).isCloseTo(expected[i], within(2e-4));
      }
    }
  }
}
