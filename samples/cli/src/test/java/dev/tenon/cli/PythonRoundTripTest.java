package dev.tenon.cli;

import static dev.tenon.modelinterface.data.BatchSize.tokens;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.tenon.backend.pytorch.PyTorchBackend;
import dev.tenon.cli.conformance.Resources;
import dev.tenon.generation.GenerationOptions;
import dev.tenon.model.Model;
import dev.tenon.model.Output;
import dev.tenon.modelinterface.data.Batches;
import dev.tenon.modelinterface.data.PromptAnswer;
import dev.tenon.modelinterface.sft.SftInterface;
import dev.tenon.nn.HfModels;
import dev.tenon.spec.AdamW;
import dev.tenon.spec.Arguments;
import dev.tenon.spec.FinetuneSpec;
import dev.tenon.tensor.Device;
import dev.tenon.tensor.Items;
import dev.tenon.tensor.NamedArray;
import dev.tenon.tensor.TensorData;
import dev.tenon.tensor.TokenIds;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A checkpoint goes from Python to Tenon, is trained, and goes back. */
@Tag("python")
class PythonRoundTripTest {
  private static final int STEPS = 5;
  private static final int NEW_TOKENS = 24;
  private static final double LEARNING_RATE = 1e-3;
  private static final double WEIGHT_DECAY = 0.1;

  /** Greedy ids may part where the two best logits are closer than this: twenty logit errors. */
  private static final double GAP = 2e-3;

  private static final List<PromptAnswer> DATA =
      List.of(
          new PromptAnswer("The quick brown fox", " jumps over the lazy dog."),
          new PromptAnswer("What is 2+2?", " 4"),
          new PromptAnswer("Name a colour.", " Blue, like the sea in the morning."),
          new PromptAnswer("Say nothing", "."),
          new PromptAnswer("Count", " one two three four five six seven eight"),
          new PromptAnswer("Where is Paris?", " In France."));

  private static Model open(Path directory) {
    return HfModels.registry().create("hf", "model", Device.cpu(), Arguments.of("path", directory));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "llama",
        "llama-rope3-sharded",
        "llama-bf16-v4config",
        "gpt2",
        "gpt2-hub-names",
        "mistral-window8",
        "qwen2",
        "qwen3",
        "gemma",
        "gemma2",
        "mixtral"
      })
  void aTrainedModelIsTheSameModelInTransformers(String family, @TempDir Path scratch)
      throws Exception {
    roundTrip(Resources.directory("families/" + family), scratch);
  }

  /** The embedding of the pad token takes no gradient; here it is a token of every prompt. */
  @Test
  void thePadTokenIsTreatedAsInTransformers(@TempDir Path scratch) throws Exception {
    Path source = Files.createDirectory(scratch.resolve("source"));
    try (Stream<Path> files = Files.list(Resources.directory("families/llama"))) {
      for (Path file : files.toList()) {
        Files.copy(file, source.resolve(file.getFileName()));
      }
    }
    long pad = open(source).tokenizer().encode("The", false).ids().get(0);
    Path config = source.resolve("config.json");
    String text = Files.readString(config);
    Files.writeString(config, text.replace("\"pad_token_id\": null", "\"pad_token_id\": " + pad));
    roundTrip(source, scratch);
  }

  private static void roundTrip(Path source, Path scratch) throws Exception {
    Path saved = scratch.resolve("saved");
    Model base = open(source);
    Batches batches = batches(base);
    SftInterface sft = new SftInterface();
    List<Double> losses = new ArrayList<>();
    try (Model model = new PyTorchBackend().initialize(base, spec())) {
      batches.forEach(batch -> losses.add(sft.trainStep(model, batch).get("loss")));
      sft.save(model, saved);
    }

    Map<String, Object> plain = TransformersReference.ask(source, training(batches), scratch);
    double[] expected = TransformersReference.numbers(plain.get("losses"));
    assertThat(losses).hasSize(STEPS);
    for (int i = 0; i < STEPS; i++) {
      assertThat(losses.get(i)).as("loss of step " + i).isCloseTo(expected[i], within(1e-4));
    }

    try (Model reopened = new PyTorchBackend().initializeForInference(open(saved))) {
      NamedArray batch = batches.iterator().next();
      Map<String, Object> answer = TransformersReference.ask(saved, questions(batch), scratch);
      compareLogits(reopened, batch, (List<?>) answer.get("logits"));
      compareGreedy(reopened, batch, (List<?>) answer.get("greedy"));
    }
  }

  static Batches batches(Model base) {
    return PromptAnswer.of(DATA, base.tokenizer()).batches(tokens(96), 7).steps(STEPS);
  }

  static FinetuneSpec spec() {
    AdamW defaults = AdamW.defaults();
    return FinetuneSpec.steps(STEPS)
        .learningRate(LEARNING_RATE)
        .optimizer(new AdamW(defaults.beta1(), defaults.beta2(), defaults.eps(), WEIGHT_DECAY))
        .microBatchTokens(64);
  }

  static Map<String, Object> training(Batches batches) {
    List<Object> all = new ArrayList<>();
    for (NamedArray batch : batches) {
      List<Object> items = new ArrayList<>();
      for (int i = 0; i < batch.items().count(); i++) {
        items.add(Map.of("ids", ids(batch.item(i)), "prompt_length", promptLength(batch.item(i))));
      }
      all.add(items);
    }
    Map<String, Object> train = new LinkedHashMap<>();
    train.put("batches", all);
    train.put("learning_rate", LEARNING_RATE);
    train.put("total_steps", STEPS);
    train.put("weight_decay", WEIGHT_DECAY);
    train.put("max_grad_norm", 1.0);
    return Map.of("train", train);
  }

  static Map<String, Object> questions(NamedArray batch) {
    List<Object> sequences = new ArrayList<>();
    List<Object> prompts = new ArrayList<>();
    for (int i = 0; i < batch.items().count(); i++) {
      List<Long> ids = ids(batch.item(i));
      sequences.add(ids);
      prompts.add(ids.subList(0, promptLength(batch.item(i))));
    }
    return Map.of("sequences", sequences, "prompts", prompts, "max_new_tokens", NEW_TOKENS);
  }

  private static List<Long> ids(NamedArray item) {
    return LongStream.of(item.get("input_ids").toLongs()).boxed().toList();
  }

  private static int promptLength(NamedArray item) {
    int length = 0;
    for (boolean prompt : item.get("prompt_mask").toBooleans()) {
      length += prompt ? 1 : 0;
    }
    return length;
  }

  static void compareLogits(Model model, NamedArray batch, List<?> expected) {
    for (int i = 0; i < batch.items().count(); i++) {
      TensorData logits = model.engine().forward(batch.item(i), Output.LOGITS).get("logits");
      int columns = (int) logits.shape().dim(1);
      List<?> rows = (List<?>) expected.get(i);
      for (int t = 0; t < rows.size(); t++) {
        double[] row = TransformersReference.numbers(rows.get(t));
        assertThat(row).hasSize(columns);
        for (int v = 0; v < columns; v++) {
          assertThat(logits.getDouble((long) t * columns + v)).isCloseTo(row[v], within(1e-4));
        }
      }
    }
  }

  static void compareGreedy(Model model, NamedArray batch, List<?> expected) {
    for (int i = 0; i < batch.items().count(); i++) {
      int length = promptLength(batch.item(i));
      TokenIds prompt = TokenIds.of(batch.item(i).get("input_ids").toLongs()).slice(0, length);
      NamedArray prompts =
          NamedArray.builder(Items.ofLengths(length))
              .put("input_ids", TensorData.ofLongs(prompt.toArray(), length))
              .build();
      NamedArray generated =
          model.engine().generate(prompts, GenerationOptions.greedy(NEW_TOKENS).ignoringEos());
      TokenIds all = TokenIds.of(generated.get("input_ids").toLongs());
      Map<?, ?> answer = (Map<?, ?>) expected.get(i);
      int sure = sureTokens(TransformersReference.numbers(answer.get("gaps")));
      double[] tokens = TransformersReference.numbers(answer.get("tokens"));
      for (int t = 0; t < sure; t++) {
        assertThat(all.get(length + t)).as("token " + t).isEqualTo((long) tokens[t]);
      }
    }
  }

  private static int sureTokens(double[] gaps) {
    int sure = 0;
    while (sure < gaps.length && gaps[sure] >= GAP) {
      sure++;
    }
    return sure;
  }
}
