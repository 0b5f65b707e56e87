package dev.tenon.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.tenon.backend.pytorch.PyTorchBackend;
import dev.tenon.checkpoint.SafetensorsFile;
import dev.tenon.cli.conformance.Resources;
import dev.tenon.internal.Json;
import dev.tenon.model.EmbeddingHead.Pooling;
import dev.tenon.model.Model;
import dev.tenon.model.Output;
import dev.tenon.model.Tokenizer.Padding;
import dev.tenon.modelinterface.text.Embedding;
import dev.tenon.modelinterface.text.TextEmbedder;
import dev.tenon.nn.HfModels;
import dev.tenon.spec.Arguments;
import dev.tenon.spec.InferenceSpec;
import dev.tenon.spec.Precision;
import dev.tenon.tensor.Device;
import dev.tenon.tensor.Items;
import dev.tenon.tensor.NamedArray;
import dev.tenon.tensor.TensorData;
import dev.tenon.tensor.TokenIds;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * all-MiniLM-L6-v2 itself, 90 MB that are not kept here: {@code -Dtenon.minilm=DIR} names its
 * directory. The vectors are those of Python, each sentence alone.
 */
@EnabledIfSystemProperty(named = "tenon.minilm", matches = ".+")
class MiniLmTest {
  @Test
  void givesTheVectorsOfSentenceTransformers() {
    Path reference = Resources.directory("minilm");
    Model network =
        HfModels.registry()
            .create(
                "hf",
                "minilm",
                Device.cpu(),
                Arguments.of("path", Path.of(System.getProperty("tenon.minilm"))));
    var head = network.network().embeddingHead().orElseThrow();
    assertThat(head.pooling()).isEqualTo(Pooling.MEAN);
    assertThat(head.normalize()).isTrue();
    assertThat(head.maxSeqLength()).isEqualTo(256);
    try (Model model = new PyTorchBackend().initializeForInference(network)) {
      double worst = 0;
      for (String side : new String[] {"a", "b"}) {
        List<Map<?, ?>> pairs = pairs(reference.resolve("minilm_pairs.json"));
        List<TokenIds> ids = encoded(network, pairs, side, head.maxSeqLength());
        TensorData expected =
            SafetensorsFile.open(reference.resolve("minilm_embeddings.safetensors"))
                .read("embedding_" + side);
        TensorData found = model.engine().forward(batch(ids), Output.POOLED).get("pooled");
        assertThat(found.shape()).isEqualTo(expected.shape());
        for (long i = 0; i < expected.size(); i++) {
          worst = Math.max(worst, Math.abs(found.getDouble(i) - expected.getDouble(i)));
        }
      }
      System.out.println("MiniLM: largest error of an element " + worst);
      assertThat(worst).isCloseTo(0, within(5e-6));
    }
  }

  @ParameterizedTest
  @CsvSource({"BF16, 0.9999", "INT8, 0.99"})
  void fewerBitsKeepTheDirection(Precision precision, double least) {
    List<String> texts = texts();
    List<Embedding> exact = embedded(Precision.F32, texts);
    List<Embedding> found = embedded(precision, texts);
    double mean =
        IntStream.range(0, texts.size())
            .mapToDouble(i -> exact.get(i).cosine(found.get(i)))
            .average()
            .orElseThrow();
    System.out.println("MiniLM: mean cosine of " + precision + " to F32 " + mean);
    assertThat(mean).isGreaterThanOrEqualTo(least);
  }

  private static List<Embedding> embedded(Precision precision, List<String> texts) {
    Path directory = Path.of(System.getProperty("tenon.minilm"));
    InferenceSpec spec = InferenceSpec.defaults().precision(precision);
    try (TextEmbedder embedder = TextEmbedder.open(directory, spec)) {
      return embedder.embed(texts);
    }
  }

  private static List<String> texts() {
    List<Map<?, ?>> pairs = pairs(Resources.directory("minilm").resolve("minilm_pairs.json"));
    return pairs.stream()
        .flatMap(pair -> Stream.of("text_a", "text_b").map(pair::get))
        .map(String::valueOf)
        .toList();
  }

  private static List<Map<?, ?>> pairs(Path file) {
    List<Map<?, ?>> pairs = new ArrayList<>();
    ((List<?>) Json.readObject(file).toMap().get("pairs")).forEach(x -> pairs.add((Map<?, ?>) x));
    return pairs;
  }

  private static List<TokenIds> encoded(
      Model model, List<Map<?, ?>> pairs, String side, int maxLength) {
    List<TokenIds> all = new ArrayList<>();
    for (Map<?, ?> pair : pairs) {
      String text = String.valueOf(pair.get("text_" + side));
      TokenIds ids =
          model.tokenizer().encodeBatch(List.of(text), Padding.NONE, maxLength).get(0).ids();
      double[] expected = TransformersReference.numbers(pair.get("ids_" + side));
      assertThat(ids.stream().asDoubleStream().toArray()).containsExactly(expected);
      all.add(ids);
    }
    return all;
  }

  private static NamedArray batch(List<TokenIds> ids) {
    int[] lengths = ids.stream().mapToInt(TokenIds::size).toArray();
    long[] all = ids.stream().flatMapToLong(TokenIds::stream).toArray();
    return NamedArray.builder(Items.ofLengths(lengths))
        .put("input_ids", TensorData.ofLongs(all, all.length))
        .build();
  }
}
