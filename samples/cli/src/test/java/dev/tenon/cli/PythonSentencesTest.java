package dev.tenon.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.tenon.backend.pytorch.PyTorchBackend;
import dev.tenon.cli.SavedDirectory.Way;
import dev.tenon.cli.conformance.Resources;
import dev.tenon.model.EmbeddingHead;
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
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** Embeddings that Tenon trained and saved are the same in Python's sentence-transformers. */
@Tag("python")
class PythonSentencesTest {
  private static final List<String> TEXTS =
      List.of(
          "The quick brown fox.",
          "",
          "A sentence that goes on until it has to be cut, since it has more tokens than the"
              + " network may read, and then some more of them",
          "Été");

  @TempDir private Path scratch;

  /**
   * One directory, as it came or with other modules than it came with.
   *
   * @param folder of the oracle
   * @param pooling empty: as the directory says
   */
  private record Row(String folder, String pooling, boolean normalize, Way way) {
    Model source() {
      Arguments arguments = Arguments.of("path", Resources.directory("families/" + folder));
      if (!pooling.isEmpty()) {
        arguments = arguments.with("pooling", pooling).with("normalize", normalize);
      }
      return HfModels.registry().create("hf", "source", Device.cpu(), arguments);
    }
  }

  private record Case(Row row, EmbeddingHead head, SavedDirectory saved) {}

  private static List<Row> rows() {
    return List.of(
        new Row("bert-minilm", "", true, Way.F32),
        new Row("bert-minilm", "", true, Way.BF16),
        new Row("bert-minilm", "", true, Way.MERGED),
        new Row("bert-minilm", "cls", false, Way.F32),
        new Row("bert-mlm", "weightedmean", true, Way.F32),
        new Row("bert-mlm", "lasttoken", false, Way.F32),
        new Row("roberta-mlm", "mean_sqrt_len", false, Way.F32),
        new Row("roberta-mlm", "max", true, Way.F32),
        new Row("roberta-mlm", "mean", false, Way.BF16),
        new Row("distilbert-mlm", "mean", true, Way.F32),
        new Row("distilbert-cls", "mean", false, Way.BF16));
  }

  @TestFactory
  Stream<DynamicTest> aSavedDirectoryOpensInSentenceTransformers() throws Exception {
    List<Case> cases = new ArrayList<>();
    List<Object> requests = new ArrayList<>();
    for (Row row : rows()) {
      Path own = Files.createDirectory(scratch.resolve("row" + cases.size()));
      Model source = row.source();
      NamedArray batch = SavedDirectory.batch(source.network());
      SavedDirectory saved = SavedDirectory.make(source, row.way(), batch, own);
      Map<String, Object> request = saved.request("sentences");
      request.put("texts", TEXTS);
      requests.add(request);
      cases.add(new Case(row, source.network().embeddingHead().orElseThrow(), saved));
    }
    List<?> answers = TransformersReference.answers(requests, scratch);
    return IntStream.range(0, cases.size())
        .mapToObj(
            i ->
                DynamicTest.dynamicTest(
                    cases.get(i).row().toString(),
                    () -> compare(cases.get(i), (Map<?, ?>) answers.get(i))));
  }

  private static void compare(Case saved, Map<?, ?> answer) {
    Model model = saved.saved().open();
    EmbeddingHead head = model.network().embeddingHead().orElseThrow();
    assertThat(head).isEqualTo(saved.head());
    assertThat(((Number) answer.get("max_seq_length")).intValue()).isEqualTo(head.maxSeqLength());
    try (Model running = new PyTorchBackend().initializeForInference(model)) {
      for (int i = 0; i < TEXTS.size(); i++) {
        TokenIds ids =
            model
                .tokenizer()
                .encodeBatch(List.of(TEXTS.get(i)), Padding.NONE, head.maxSeqLength())
                .get(0)
                .ids();
        NamedArray one =
            NamedArray.builder(Items.ofLengths(ids.size()))
                .put("input_ids", TensorData.ofLongs(ids.toArray(), ids.size()))
                .build();
        float[] found = running.engine().forward(one, Output.POOLED).get("pooled").toFloats();
        double[] expected = TransformersReference.numbers(((List<?>) answer.get("outputs")).get(i));
        assertThat(found).hasSize(expected.length);
        for (int j = 0; j < expected.length; j++) {
          assertThat((double) found[j]).isCloseTo(expected[j], within(2e-5));
        }
      }
    }
  }

  @Test
  void modulesThatNobodyChangedAreCopiedByteForByte() throws Exception {
    Path source = Resources.directory("families/bert-minilm");
    Path saved = Files.createDirectory(scratch.resolve("saved"));
    Model model = new Row("bert-minilm", "", true, Way.F32).source();
    model.network().save(saved, model.network().weights());
    for (String name :
        List.of("modules.json", "1_Pooling/config.json", "sentence_bert_config.json")) {
      assertThat(saved.resolve(name)).hasSameBinaryContentAs(source.resolve(name));
    }
  }
}
