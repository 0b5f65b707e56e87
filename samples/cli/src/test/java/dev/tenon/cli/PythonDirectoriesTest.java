package dev.tenon.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.tenon.backend.pytorch.PyTorchBackend;
import dev.tenon.cli.SavedDirectory.Way;
import dev.tenon.cli.conformance.Resources;
import dev.tenon.model.Head;
import dev.tenon.model.Model;
import dev.tenon.model.Output;
import dev.tenon.nn.HfModels;
import dev.tenon.spec.Arguments;
import dev.tenon.tensor.DType;
import dev.tenon.tensor.Device;
import dev.tenon.tensor.NamedArray;
import dev.tenon.tensor.TensorData;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/**
 * What Tenon trained and saved, of every family, is the same network in transformers and peft, and
 * what peft saved is the same here. One interpreter looks at all of it.
 */
@Tag("python")
class PythonDirectoriesTest {
  private static final List<String> DECODERS =
      List.of(
          "llama",
          "llama-rope3-sharded",
          "gpt2",
          "gpt2-hub-names",
          "mistral-window8",
          "qwen2",
          "qwen3",
          "gemma",
          "gemma2",
          "mixtral");

  private static final List<String> ENCODERS = List.of("bert", "roberta", "distilbert");

  private static final String CLASSES = "sequence-classification";

  /** What a correct F32 implementation with another summation order meets, as the oracle has it. */
  private static final double TOLERANCE = 2e-4;

  @TempDir private Path scratch;

  /**
   * One directory.
   *
   * @param folder of the oracle
   * @param head empty: its own
   * @param way what is saved
   */
  private record Row(String folder, String head, Way way) {
    Model source() {
      Arguments arguments = Arguments.of("path", Resources.directory("families/" + folder));
      if (!head.isEmpty()) {
        arguments = arguments.with("head", head).with("seed", 8);
      }
      if (head.equals(CLASSES)) {
        arguments = arguments.with("labels", List.of("bad", "good", "other"));
      }
      return HfModels.registry().create("hf", "source", Device.cpu(), arguments);
    }

    /** What Python opens it as. */
    static String kind(Head head) {
      return switch (head) {
        case CAUSAL_LM -> "causal";
        case MASKED_LM -> "masked";
        case VALUE -> "value";
        case SEQUENCE_CLASSIFICATION -> "classes";
        default -> "body";
      };
    }
  }

  private record Case(Row row, Head head, SavedDirectory saved, NamedArray batch) {}

  private static List<Row> rows() {
    List<Row> rows = new ArrayList<>();
    for (String folder : DECODERS) {
      all(rows, folder, "");
      rows.add(new Row(folder, CLASSES, Way.F32));
      rows.add(new Row(folder, CLASSES, Way.ADAPTER));
      rows.add(new Row(folder, "value", Way.BF16));
      rows.add(new Row(folder, "value", Way.FROM_PEFT));
    }
    for (String family : ENCODERS) {
      all(rows, family + "-mlm", "");
      all(rows, family + "-cls", "");
      all(rows, family + "-cls", "pooled-embedding");
      rows.add(new Row(family + "-mlm", CLASSES, Way.F32));
    }
    rows.add(new Row("bert-hub-names", "", Way.F32));
    rows.add(new Row("bert-minilm", "", Way.ADAPTER));
    return rows;
  }

  private static void all(List<Row> rows, String folder, String head) {
    Stream.of(Way.values()).forEach(way -> rows.add(new Row(folder, head, way)));
  }

  @TestFactory
  Stream<DynamicTest> directoriesAreTheSameNetworksInPython() throws Exception {
    List<Case> cases = new ArrayList<>();
    List<Object> requests = new ArrayList<>();
    for (Row row : rows()) {
      Path own = Files.createDirectory(scratch.resolve("row" + cases.size()));
      Model source = row.source();
      NamedArray batch = SavedDirectory.batch(source.network());
      SavedDirectory saved = SavedDirectory.make(source, row.way(), batch, own);
      Map<String, Object> request = saved.request(Row.kind(source.network().head()));
      request.put("sequences", sequences(batch));
      requests.add(request);
      cases.add(new Case(row, source.network().head(), saved, batch));
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
    Head head = saved.head();
    assertThat(model.network().head()).isEqualTo(head);
    if (saved.row().way() == Way.BF16) {
      assertThat(model.network().parameters())
          .allSatisfy(x -> assertThat(x.dtype()).isEqualTo(DType.BF16));
    }
    model
        .network()
        .classificationHead()
        .ifPresent(x -> assertThat(labels(answer)).isEqualTo(x.labels()));
    Output output = head == Head.POOLED_EMBEDDING ? Output.HIDDEN : SavedDirectory.output(head);
    try (Model running = new PyTorchBackend().initializeForInference(model)) {
      NamedArray found = running.engine().forward(saved.batch(), output);
      for (int i = 0; i < saved.batch().items().count(); i++) {
        float[] values = found.item(i).get(output.field()).toFloats();
        double[] expected = TransformersReference.numbers(((List<?>) answer.get("outputs")).get(i));
        assertThat(values).hasSize(expected.length);
        for (int j = 0; j < values.length; j++) {
          assertThat((double) values[j]).isCloseTo(expected[j], within(TOLERANCE));
        }
      }
    }
  }

  private static List<String> labels(Map<?, ?> answer) {
    Map<?, ?> names = (Map<?, ?>) answer.get("id2label");
    return IntStream.range(0, names.size())
        .mapToObj(i -> (String) names.get(Integer.toString(i)))
        .toList();
  }

  private static List<Object> sequences(NamedArray batch) {
    List<Object> sequences = new ArrayList<>();
    for (int i = 0; i < batch.items().count(); i++) {
      NamedArray item = batch.item(i);
      List<Long> types = item.find("token_type_ids").map(x -> list(x)).orElse(List.of());
      sequences.add(Map.of("ids", list(item.get("input_ids")), "types", types));
    }
    return sequences;
  }

  private static List<Long> list(TensorData values) {
    return LongStream.of(values.toLongs()).boxed().toList();
  }
}
