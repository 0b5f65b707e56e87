package dev.tenon.modelinterface.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.tenon.backend.testkit.AssertingBackend;
import dev.tenon.backend.testkit.ByteTokenizer;
import dev.tenon.backend.testkit.FakeBackend;
import dev.tenon.backend.testkit.FakeNetwork;
import dev.tenon.error.EngineClosedException;
import dev.tenon.error.InvalidInputException;
import dev.tenon.error.UnknownNameException;
import dev.tenon.model.Head;
import dev.tenon.model.Model;
import dev.tenon.model.Output;
import dev.tenon.modelinterface.classification.ScoreFunction;
import dev.tenon.modelinterface.data.SequenceBatch;
import dev.tenon.modelinterface.data.TokenSequence;
import dev.tenon.tensor.NamedArray;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** Classifier, embedder and scorer over an engine that serves one caller at a time. */
class TextModelsTest {
  private static final ByteTokenizer TOKENIZER = new ByteTokenizer();

  private static Model model(Head head) {
    return new AssertingBackend(new FakeBackend())
        .initializeForInference(FakeNetwork.random(258, 6, 40, head, 5).model("fake", TOKENIZER));
  }

  private static List<String> texts() {
    Random random = new Random(1);
    List<String> texts = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      texts.add("t" + i + "x".repeat(random.nextInt(30)));
    }
    return texts;
  }

  private static double[] alone(Model model, Output output, String text) {
    NamedArray batch =
        SequenceBatch.of(List.of(TokenSequence.of(TOKENIZER.encode(text, true).ids())), false);
    return model.engine().forward(batch, output).get(output.field()).toDoubles();
  }

  @Test
  void vectorsComeInTheOrderOfTheTextsWhateverTheirLengths() {
    try (Model model = model(Head.POOLED_EMBEDDING);
        TextEmbedder embedder = TextEmbedder.open(model)) {
      for (int budget : new int[] {1, 64, 100_000}) {
        List<Embedding> found = embedder.withBatchTokens(budget).embed(texts());
        for (int i = 0; i < found.size(); i++) {
          double[] expected = alone(model, Output.POOLED, texts().get(i));
          assertThat(found.get(i).values().toDoubles()).containsExactly(expected, within(1e-6));
        }
      }
      assertThat(embedder.embed(List.of())).isEmpty();
      assertThatThrownBy(() -> embedder.withBatchTokens(0).embed("x"))
          .isInstanceOf(InvalidInputException.class);
    }
  }

  @Test
  void classesCarryTheirNamesTheLikeliestFirst() {
    try (Model model = model(Head.SEQUENCE_CLASSIFICATION);
        TextClassifier classifier = TextClassifier.open(model)) {
      assertThat(classifier.labels()).containsExactly("LABEL_0", "LABEL_1", "LABEL_2");
      List<Classification> found = classifier.classify(texts());
      for (int i = 0; i < found.size(); i++) {
        double[] scores =
            ScoreFunction.SOFTMAX.apply(alone(model, Output.CLASS_LOGITS, texts().get(i)));
        for (int c = 0; c < scores.length; c++) {
          assertThat(found.get(i).score("LABEL_" + c)).isCloseTo(scores[c], within(1e-6));
        }
        assertThat(found.get(i).score()).isEqualTo(found.get(i).score(found.get(i).label()));
        assertThat(found.get(i).scores())
            .isSortedAccordingTo((a, b) -> Double.compare(b.score(), a.score()));
      }
      double logit =
          classifier.withScores(ScoreFunction.NONE).classify("some text").score("LABEL_1");
      assertThat(logit).isCloseTo(alone(model, Output.CLASS_LOGITS, "some text")[1], within(1e-6));
      assertThat(classifier.classify(new TextPair("a", "b")).score())
          .isEqualTo(classifier.classify("ab").score()); // the template of this tokenizer
      assertThatThrownBy(() -> found.get(0).score("none")).hasMessageContaining("label: none");
    }
  }

  @Test
  void aTextThatIsTooLongIsRefusedOrCut() {
    String tooLong = "x".repeat(60);
    try (Model model = model(Head.SEQUENCE_CLASSIFICATION);
        TextClassifier classifier = TextClassifier.open(model)) {
      assertThatThrownBy(() -> classifier.classify(tooLong))
          .isInstanceOf(InvalidInputException.class)
          .hasMessage("text: 61 tokens (expected: 1 to 40, or truncation)");
    }
  }

  @Test
  void aPairsScoreIsTheCosineOfItsVectors() {
    try (Model model = model(Head.POOLED_EMBEDDING);
        PairScorer scorer = PairScorer.open(model);
        TextEmbedder embedder = TextEmbedder.open(model)) {
      List<TextPair> pairs = List.of(new TextPair("a", "bc"), new TextPair("bc", "bc"));
      List<Double> scores = scorer.score(pairs);
      double expected = embedder.embed("a").cosine(embedder.embed("bc"));
      assertThat(scores.get(0)).isCloseTo(expected, within(1e-6));
      assertThat(scores.get(1)).isCloseTo(1, within(1e-6));
      assertThat(scorer.score("a", "bc")).isCloseTo(expected, within(1e-6));
    }
  }

  @Test
  void anyNumberOfThreadsMayAsk() throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(8);
    try (Model model = model(Head.POOLED_EMBEDDING);
        TextEmbedder embedder = TextEmbedder.open(model).withBatchTokens(40)) {
      List<Embedding> expected = embedder.embed(texts());
      List<Future<List<Embedding>>> answers = new ArrayList<>();
      for (int i = 0; i < 16; i++) {
        answers.add(threads.submit(() -> embedder.embed(texts())));
      }
      for (Future<List<Embedding>> answer : answers) {
        assertThat(answer.get()).isEqualTo(expected);
      }
    } finally {
      threads.shutdownNow();
    }
  }

  @Test
  void whatIsClosedAnswersNoMoreAndLeavesAModelThatIsNotItsOwn() {
    try (Model model = model(Head.POOLED_EMBEDDING)) {
      TextEmbedder embedder = TextEmbedder.open(model);
      TextEmbedder other = embedder.withBatchTokens(8);
      embedder.close();
      embedder.close();
      for (TextEmbedder each : List.of(embedder, other)) {
        assertThatThrownBy(() -> each.embed("x"))
            .isInstanceOf(EngineClosedException.class)
            .hasMessageContaining("model fake: closed");
      }
      assertThat(alone(model, Output.POOLED, "x")).hasSize(6);
    }
  }

  @Test
  void refusesOtherHeadsAndTellsWhatIsMissing() {
    try (Model language = model(Head.CAUSAL_LM);
        Model classifier = model(Head.SEQUENCE_CLASSIFICATION)) {
      assertThatThrownBy(() -> TextEmbedder.open(language))
          .hasMessage("head: causal-lm (expected: pooled-embedding)");
      assertThatThrownBy(() -> TextClassifier.open(language))
          .hasMessage("head: causal-lm (expected: sequence-classification)");
      assertThatThrownBy(() -> PairScorer.open(classifier))
          .hasMessage(
              "head: sequence-classification of 3 classes (expected: pooled-embedding, or"
                  + " sequence-classification of one class)");
    }
    assertThatThrownBy(() -> TextEmbedder.open(Path.of("anywhere")))
        .isInstanceOf(UnknownNameException.class)
        .hasMessageContainingAll("dev.tenon:tenon-nn", "dev.tenon:tenon-pytorch");
  }
}
