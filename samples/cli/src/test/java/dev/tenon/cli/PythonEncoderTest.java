package dev.tenon.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.tenon.backend.pytorch.PyTorchBackend;
import dev.tenon.cli.conformance.Resources;
import dev.tenon.model.EmbeddingHead;
import dev.tenon.model.Head;
import dev.tenon.model.Model;
import dev.tenon.model.Output;
import dev.tenon.model.OutputRequest;
import dev.tenon.model.Tokenizer.Padding;
import dev.tenon.nn.HfModels;
import dev.tenon.objective.BatchField;
import dev.tenon.objective.Objective;
import dev.tenon.spec.Arguments;
import dev.tenon.spec.FinetuneSpec;
import dev.tenon.spec.Schedule;
import dev.tenon.tensor.DType;
import dev.tenon.tensor.Device;
import dev.tenon.tensor.FieldKind;
import dev.tenon.tensor.Items;
import dev.tenon.tensor.NamedArray;
import dev.tenon.tensor.TensorData;
import dev.tenon.tensor.TokenIds;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Encoders and classifications that Tenon trained and saved are the same networks in Python. */
@Tag("python")
class PythonEncoderTest {
  private static final List<String> TEXTS =
      List.of(
          "The quick brown fox.",
          "",
          "A sentence that goes on until it has to be cut, since it has more tokens than the"
              + " network may read, and then some more of them",
          "Été");

  @TempDir private Path scratch;

  @ParameterizedTest
  @CsvSource({
    "bert-mlm, mlm, ''",
    "bert-hub-names, mlm, ''",
    "bert-cls, cls, ''",
    "bert-mlm, cls, sequence-classification",
    "bert-minilm, embed, ''",
    "bert-cls, embed, pooled-embedding",
    "roberta-mlm, mlm, ''",
    "roberta-cls, cls, ''",
    "roberta-cls, embed, pooled-embedding",
    "distilbert-mlm, mlm, ''",
    "distilbert-cls, cls, ''",
    "distilbert-mlm, cls, sequence-classification",
    "distilbert-cls, embed, pooled-embedding",
    "llama, cls, sequence-classification",
    "gpt2, cls, sequence-classification",
    "gemma2, cls, sequence-classification"
  })
  void aTrainedEncoderIsTheSameInTransformers(String folder, String kind, String head)
      throws Exception {
    Arguments arguments = Arguments.of("path", Resources.directory("families/" + folder));
    if (!head.isEmpty()) {
      arguments = arguments.with("head", head);
    }
    if (head.equals("sequence-classification")) {
      arguments = arguments.with("labels", List.of("bad", "good", "other"));
    }
    Path saved = scratch.resolve("saved");
    Model source = open(arguments);
    NamedArray batch = batch(source);
    train(source, batch, saved);

    Map<String, Object> answer = ask(saved, request(kind, batch));

    Model reopened = open(Arguments.of("path", saved));
    assertThat(reopened.network().head()).isEqualTo(source.network().head());
    assertThat(reopened.network().classificationHead())
        .isEqualTo(source.network().classificationHead());
    reopened
        .network()
        .classificationHead()
        .ifPresent(
            x ->
                assertThat(((Map<?, ?>) answer.get("id2label")).get("1"))
                    .isEqualTo(x.labels().get(1)));
    Output output = output(kind);
    try (Model running = new PyTorchBackend().initializeForInference(reopened)) {
      NamedArray found = running.engine().forward(batch, output);
      for (int i = 0; i < batch.items().count(); i++) {
        double[] expected = TransformersReference.numbers(((List<?>) answer.get("outputs")).get(i));
        float[] values = found.item(i).get(output.field()).toFloats();
        assertThat(values).hasSize(expected.length);
        for (int j = 0; j < expected.length; j++) {
          assertThat((double) values[j]).isCloseTo(expected[j], within(2e-4));
        }
      }
    }
  }

  /** As it came, and with other modules than it came with. */
  @ParameterizedTest
  @CsvSource({
    "bert-minilm, '', ''",
    "bert-minilm, cls, false",
    "roberta-mlm, max, true",
    "distilbert-mlm, mean, true"
  })
  void aSavedDirectoryOpensInSentenceTransformers(String folder, String pooling, String normalize)
      throws Exception {
    Arguments arguments = Arguments.of("path", Resources.directory("families/" + folder));
    if (!pooling.isEmpty()) {
      arguments = arguments.with("pooling", pooling).with("normalize", Boolean.valueOf(normalize));
    }
    Path saved = scratch.resolve("saved");
    Model source = open(arguments);
    train(source, batch(source), saved);

    Map<String, Object> answer =
        ask(saved, Map.of("kind", "sentence-transformers", "texts", TEXTS));

    Model reopened = open(Arguments.of("path", saved));
    EmbeddingHead head = reopened.network().embeddingHead().orElseThrow();
    assertThat(reopened.network().embeddingHead()).isEqualTo(source.network().embeddingHead());
    assertThat(((Number) answer.get("max_seq_length")).intValue()).isEqualTo(head.maxSeqLength());
    try (Model running = new PyTorchBackend().initializeForInference(reopened)) {
      for (int i = 0; i < TEXTS.size(); i++) {
        TokenIds ids =
            reopened
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
    Model model = open(Arguments.of("path", source));
    model.network().save(saved, model.network().weights());
    for (String name :
        List.of("modules.json", "1_Pooling/config.json", "sentence_bert_config.json")) {
      assertThat(saved.resolve(name)).hasSameBinaryContentAs(source.resolve(name));
    }
  }

  /** A step of learning, so that what is saved is not what was read. */
  private static void train(Model network, NamedArray batch, Path saved) {
    FinetuneSpec spec =
        FinetuneSpec.steps(1)
            .learningRate(1e-2)
            .schedule(Schedule.constant(0))
            .disableDropout(true);
    try (Model model = new PyTorchBackend().initialize(network, spec)) {
      model.trainEngine().trainBatch(batch, sines(network.network().head()));
      model.engine().save(saved);
    }
  }

  private static Objective sines(Head head) {
    Output output =
        switch (head) {
          case MASKED_LM -> Output.LOGITS;
          case SEQUENCE_CLASSIFICATION -> Output.CLASS_LOGITS;
          default -> Output.POOLED;
        };
    return Objective.of(
        "sines",
        OutputRequest.of(output),
        List.of(new BatchField("input_ids", FieldKind.TOKEN, DType.I64)),
        """
        def weight(self, batch: Dict[str, Tensor], hp: Dict[str, float]) -> Tensor:
          return torch.ones_like(batch["input_ids"]).float().sum()
        def loss(self, out: Dict[str, Tensor], batch: Dict[str, Tensor], hp: Dict[str, float]) -> Dict[str, Tensor]:
          return {"loss": torch.sum(torch.sin(out["OUTPUT"]))}
        """
            .replace("OUTPUT", output.field()));
  }

  private static Output output(String kind) {
    return switch (kind) {
      case "mlm" -> Output.LOGITS;
      case "cls" -> Output.CLASS_LOGITS;
      default -> Output.HIDDEN;
    };
  }

  private static Model open(Arguments arguments) {
    return HfModels.registry().create("hf", "encoder", Device.cpu(), arguments);
  }

  private static NamedArray batch(Model model) {
    Random random = new Random(3);
    int[] lengths = {7, 1, 19, 12};
    long[] ids = random.longs(39, 0, model.network().vocabSize()).toArray();
    NamedArray batch =
        NamedArray.builder(Items.ofLengths(lengths))
            .put("input_ids", TensorData.ofLongs(ids, ids.length))
            .build();
    int types = model.network().tokenTypes();
    return types == 0
        ? batch
        : batch.with(
            "token_type_ids", TensorData.ofLongs(random.longs(39, 0, types).toArray(), 39));
  }

  private static Map<String, Object> request(String kind, NamedArray batch) {
    List<Object> sequences = new ArrayList<>();
    for (int i = 0; i < batch.items().count(); i++) {
      NamedArray item = batch.item(i);
      List<Long> types = item.find("token_type_ids").map(x -> list(x)).orElse(List.of());
      sequences.add(Map.of("ids", list(item.get("input_ids")), "types", types));
    }
    return Map.of("kind", kind, "sequences", sequences);
  }

  private static List<Long> list(TensorData values) {
    return LongStream.of(values.toLongs()).boxed().toList();
  }

  private Map<String, Object> ask(Path directory, Map<String, Object> request) throws Exception {
    return TransformersReference.ask("/python/encoder_reference.py", directory, request, scratch);
  }
}
