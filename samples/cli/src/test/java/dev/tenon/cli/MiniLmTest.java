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
import dev.tenon.nn.HfModels;
import dev.tenon.spec.Arguments;
import dev.tenon.tensor.Device;
import dev.tenon.tensor.Items;
import dev.tenon.tensor.NamedArray;
import dev.tenon.tensor.TensorData;
import dev.tenon.tensor.TokenIds;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

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
