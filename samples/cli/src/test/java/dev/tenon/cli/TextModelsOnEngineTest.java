package dev.tenon.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.tenon.cli.conformance.Resources;
import dev.tenon.error.InvalidInputException;
import dev.tenon.internal.Json;
import dev.tenon.model.Tokenizer;
import dev.tenon.modelinterface.text.Classification;
import dev.tenon.modelinterface.text.Embedding;
import dev.tenon.modelinterface.text.PairScorer;
import dev.tenon.modelinterface.text.TextClassifier;
import dev.tenon.modelinterface.text.TextEmbedder;
import dev.tenon.modelinterface.text.TextPair;
import dev.tenon.nn.tokenizer.HfTokenizer;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Texts in, classes and vectors out, against what transformers' pipeline and sentence-transformers
 * gave for the same directories; {@code oracle/README.md} says how their numbers were made.
 */
class TextModelsOnEngineTest {
  private static final Path MINILM = Resources.directory("families/bert-minilm");

  private static List<?> list(String file, String key) {
    Path path = Resources.directory("texts").resolve(file + ".json");
    return (List<?>) Json.readObject(path).toMap().get(key);
  }

  /** Logits are within 2e-4 of the reference's, and a softmax moves by less than its logits. */
  @ParameterizedTest
  @ValueSource(strings = {"bert-cls", "roberta-cls", "distilbert-cls"})
  void aClassifierScoresAsThePipelineOfTransformers(String family) {
    try (TextClassifier classifier =
        TextClassifier.open(Resources.directory("families/" + family))) {
      assertThat(classifier.labels()).isEqualTo(list(family, "labels"));
      List<?> texts = list("classify", "classify");
      List<?> expected = list(family, "classify");
      for (int i = 0; i < texts.size(); i++) {
        Classification found = classify(classifier, texts.get(i));
        double[] scores = TransformersReference.numbers(expected.get(i));
        for (int c = 0; c < scores.length; c++) {
          assertThat(found.score(classifier.labels().get(c)))
              .as("%s, class %d", texts.get(i), c)
              .isCloseTo(scores[c], within(2e-4));
        }
      }
      List<TextPair> pairs = List.of(new TextPair("a", "b"), new TextPair("much longer", "text"));
      List<Classification> together = classifier.classifyPairs(pairs);
      for (int i = 0; i < 2; i++) {
        assertThat(together.get(i).score())
            .isCloseTo(classifier.classify(pairs.get(i)).score(), within(1e-5));
      }
    }
  }

  private static Classification classify(TextClassifier classifier, Object text) {
    return text instanceof List<?> pair
        ? classifier.classify(new TextPair((String) pair.get(0), (String) pair.get(1)))
        : classifier.classify((String) text);
  }

  @Test
  void aTextLongerThanThePositionsIsRefusedOrCut() {
    String text = "word ".repeat(100);
    try (TextClassifier classifier =
        TextClassifier.open(Resources.directory("families/bert-cls"))) {
      assertThatThrownBy(() -> classifier.classify(text))
          .isInstanceOf(InvalidInputException.class)
          .hasMessageContaining("tokens (expected: 1 to 64, or truncation)");
      assertThat(classifier.withTruncation().classify(text).score()).isPositive();
      assertThat(classifier.withTruncation().classify(new TextPair(text, text)).score())
          .isPositive();
    }
  }

  /** The oracle's tolerance on an element, 5e-6; a text beyond max_seq_length 32 among them. */
  @Test
  void anEmbedderGivesTheVectorsOfSentenceTransformers() {
    List<String> texts = list("embed", "embed").stream().map(String::valueOf).toList();
    List<?> expected = list("bert-minilm", "embed");
    try (TextEmbedder embedder = TextEmbedder.open(MINILM)) {
      for (int budget : new int[] {1, 4096}) {
        List<Embedding> found = embedder.withBatchTokens(budget).embed(texts);
        IntStream.range(0, texts.size())
            .forEach(
                i ->
                    assertThat(found.get(i).values().toDoubles())
                        .as(texts.get(i))
                        .containsExactly(
                            TransformersReference.numbers(expected.get(i)), within(5e-6)));
      }
    }
  }

  @Test
  void aScorerGivesTheCosine() {
    double[] first = TransformersReference.numbers(list("bert-minilm", "embed").get(0));
    double[] second = TransformersReference.numbers(list("bert-minilm", "embed").get(3));
    double cosine = IntStream.range(0, first.length).mapToDouble(i -> first[i] * second[i]).sum();
    List<?> texts = list("embed", "embed");
    try (PairScorer scorer = PairScorer.open(MINILM)) {
      assertThat(scorer.score((String) texts.get(0), (String) texts.get(3)))
          .isCloseTo(cosine, within(5e-6));
    }
  }

  /** Ids and types of transformers' {@code truncation="longest_first"}. */
  @ParameterizedTest
  @ValueSource(strings = {"bert-cls", "roberta-cls"})
  void aPairIsCutFromItsLongerTextFirst(String family) {
    Tokenizer tokenizer = HfTokenizer.open(Resources.directory("families/" + family));
    for (Object each : list("pairs", family)) {
      Map<?, ?> row = (Map<?, ?>) each;
      int most = ((Number) row.get("max_length")).intValue();
      Tokenizer.Encoding found =
          tokenizer.encodePair((String) row.get("first"), (String) row.get("second"), most);
      double[] ids = TransformersReference.numbers(row.get("ids"));
      double[] types = TransformersReference.numbers(row.get("types"));
      assertThat(found.ids().stream().asDoubleStream().toArray()).as("%s", row).isEqualTo(ids);
      assertThat(found.typeIds().stream().mapToDouble(x -> x).toArray()).isEqualTo(types);
    }
  }
}
