package dev.tenon.cli.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.tenon.backend.pytorch.PyTorchBackend;
import dev.tenon.checkpoint.SafetensorsFile;
import dev.tenon.checkpoint.Weights;
import dev.tenon.error.CheckpointException;
import dev.tenon.error.InvalidInputException;
import dev.tenon.error.UnsupportedFeatureException;
import dev.tenon.generation.GenerationOptions;
import dev.tenon.generation.SessionLimits;
import dev.tenon.model.Head;
import dev.tenon.model.Metrics;
import dev.tenon.model.Model;
import dev.tenon.model.Network;
import dev.tenon.model.Output;
import dev.tenon.nn.HfModels;
import dev.tenon.spec.Arguments;
import dev.tenon.spec.FinetuneSpec;
import dev.tenon.tensor.Device;
import dev.tenon.tensor.FieldKind;
import dev.tenon.tensor.Items;
import dev.tenon.tensor.NamedArray;
import dev.tenon.tensor.TensorData;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Numbers of transformers' {@code …ForSequenceClassification} with one label. */
class ValueHeadTest {
  /** Tolerances of the causal-lm's logits and gradients: the score is one more row of them. */
  private static final double SCORE = 2e-4;

  private static final double GRADIENT = 1e-4;

  @TempDir private Path temp;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "llama",
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
  void scoresAndGradientsAreThoseOfTransformers(String folder) {
    SafetensorsFile expected = expected(folder);
    Model model = open(Arguments.of("path", checkpoint(folder, expected.read("score.weight"))));
    NamedArray batch = batch(expected);

    try (Model running = new PyTorchBackend().initializeForInference(model)) {
      check(running.engine().forward(batch, Output.SCORES, Output.VALUES), expected);
    }
    FinetuneSpec spec = FinetuneSpec.steps(1).learningRate(0.1).microBatchTokens(12);
    try (Model running = new PyTorchBackend().initialize(model, spec)) {
      check(running.engine().forward(batch, Output.VALUES, Output.SCORES), expected);
      Map<String, TensorData> gradients = new TreeMap<>();
      Metrics metrics =
          running.trainEngine().gradients(batch, SquaredError.OBJECTIVE, gradients::put);
      double loss = expected.read("loss").getDouble(0);
      double norm = expected.read("grad_norm").getDouble(0);
      assertThat(metrics.get("loss")).isCloseTo(loss, within(1e-5 * (1 + loss)));
      assertThat(metrics.get("grad_norm")).isCloseTo(norm, within(2e-4 * norm));
      expected.names().stream()
          .filter(x -> x.startsWith("grad."))
          .forEach(x -> close(gradients.get(x.substring(5)), expected.read(x), GRADIENT));
      assertThat(gradients).containsKey("score.weight").doesNotContainKey("lm_head.weight");
      double before = running.engine().evalBatch(batch, SquaredError.OBJECTIVE).get("loss");
      assertThat(before).isCloseTo(loss, within(1e-5 * (1 + loss)));
    }
  }

  private static void check(NamedArray outputs, SafetensorsFile expected) {
    close(outputs.get("scores"), expected.read("scores"), SCORE);
    close(outputs.get("values"), expected.read("values"), SCORE);
    assertThat(outputs.kind("scores")).isEqualTo(FieldKind.SEQUENCE);
    assertThat(outputs.kind("values")).isEqualTo(FieldKind.TOKEN);
  }

  private static void close(TensorData found, TensorData expected, double tolerance) {
    assertThat(found.shape()).isEqualTo(expected.shape());
    float[] numbers = expected.toFloats();
    float[] values = found.toFloats();
    for (int i = 0; i < numbers.length; i++) {
      assertThat(values[i])
          .isCloseTo(numbers[i], within((float) (tolerance * Math.max(1, Math.abs(numbers[i])))));
    }
  }

  @Test
  void aValueNetworkGivesHiddenStatesAndRefusesWhatNeedsALanguageModel() {
    Model model = open(Arguments.of("path", families("gpt2")).with("head", "value"));
    Model language = open(Arguments.of("path", families("gpt2")));
    NamedArray batch = batch(expected("gpt2"));
    try (Model values = new PyTorchBackend().initializeForInference(model);
        Model causal = new PyTorchBackend().initializeForInference(language)) {
      Output[] hidden = {Output.HIDDEN, Output.HIDDEN_STATES};
      NamedArray outputs = values.engine().forward(batch, hidden);
      NamedArray same = causal.engine().forward(batch, hidden);
      assertThat(outputs.get("hidden")).isEqualTo(same.get("hidden"));
      assertThat(outputs.get("hidden_states")).isEqualTo(same.get("hidden_states"));
      for (Output output : new Output[] {Output.LOGITS, Output.TOKEN_LOGPROBS, Output.POOLED}) {
        assertThatThrownBy(() -> values.engine().forward(batch, output))
            .isInstanceOf(UnsupportedFeatureException.class)
            .hasMessageStartingWith("outputs of a VALUE network: [" + output + "] (expected: some");
      }
      assertThatThrownBy(() -> causal.engine().forward(batch, Output.SCORES))
          .isInstanceOf(UnsupportedFeatureException.class);
      assertThatThrownBy(() -> values.engine().openSession(new SessionLimits(1, 64)))
          .isInstanceOf(UnsupportedFeatureException.class)
          .hasMessage(
              "generation with the head of GPT2ForSequenceClassification: VALUE (expected:"
                  + " CAUSAL_LM)");
      assertThatThrownBy(() -> values.engine().generate(batch, GenerationOptions.greedy(2)))
          .isInstanceOf(UnsupportedFeatureException.class);
    }
  }

  @Test
  void aNewScoreWeightIsAFunctionOfTheSeed() {
    Arguments value = Arguments.of("path", families("llama")).with("head", "value");
    TensorData one = score(value.with("seed", 1));
    assertThat(one).isEqualTo(score(value.with("seed", 1))).isNotEqualTo(score(value));
    double square = 0;
    for (float x : one.toFloats()) {
      square += (double) x * x;
    }
    // initializer_range 0.02 over 42 numbers: within four deviations of the estimate
    assertThat(Math.sqrt(square / one.shape().size())).isCloseTo(0.02, within(0.009));
  }

  private static TensorData score(Arguments arguments) {
    return open(arguments).network().weights().read("score.weight");
  }

  @Test
  void theConfigurationIsWrittenAsTransformersWritesIt() throws IOException {
    Path saved = checkpoint("llama", expected("llama").read("score.weight"));
    assertThat(saved.resolve("config.json"))
        .content()
        .contains("\"LlamaForSequenceClassification\"")
        .containsPattern("\"id2label\": \\{\\s*\"0\": \"LABEL_0\"\\s*}")
        .containsPattern("\"label2id\": \\{\\s*\"LABEL_0\": 0\\s*}")
        .contains("\"rms_norm_eps\": 1e-05")
        .doesNotContain("LlamaForCausalLM");
    assertThat(SafetensorsFile.open(saved.resolve("model.safetensors")).names())
        .contains("score.weight")
        .doesNotContain("lm_head.weight");
    String text = Files.readString(saved.resolve("config.json"));
    Files.writeString(
        saved.resolve("config.json"),
        text.replace("\"0\": \"LABEL_0\"", "\"0\": \"a\", \"1\": \"b\""));
    assertThatThrownBy(() -> open(Arguments.of("path", saved)))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("score.weight: [1, 42] F32 (expected: [2, 42]");
  }

  @Test
  void aLanguageModelComesBackOnlyWhereItsHeadIsInTheFiles() {
    Path untied = checkpoint("llama", expected("llama").read("score.weight"));
    assertThatThrownBy(() -> open(Arguments.of("path", untied).with("head", "causal-lm")))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("lm_head.weight: missing");
    Path tied = checkpoint("gpt2", expected("gpt2").read("score.weight"));
    Model model = open(Arguments.of("path", tied).with("head", "causal-lm"));
    assertThat(model.network().architecture()).isEqualTo("GPT2LMHeadModel");
    assertThat(model.network().parameters())
        .isEqualTo(open(Arguments.of("path", families("gpt2"))).network().parameters());
    assertThatThrownBy(() -> open(Arguments.of("path", tied).with("head", "masked-lm")))
        .isInstanceOf(UnsupportedFeatureException.class)
        .hasMessageContaining("MASKED_LM");
    assertThatThrownBy(() -> open(Arguments.of("path", tied).with("head", "values")))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("values (expected: one of [causal-lm, value,");
  }

  private static Model open(Arguments arguments) {
    return HfModels.registry().create("hf", "critic", Device.cpu(), arguments);
  }

  /** The family under a value head with this weight, saved; it opens by what config.json says. */
  private Path checkpoint(String folder, TensorData score) {
    Network network =
        open(Arguments.of("path", families(folder)).with("head", "value").with("seed", 9))
            .network();
    assertThat(network.head()).isEqualTo(Head.VALUE);
    try {
      Path directory = Files.createTempDirectory(temp, folder);
      network.save(directory, new WithScore(network.weights(), score));
      assertThat(open(Arguments.of("path", directory)).network().head()).isEqualTo(Head.VALUE);
      return directory;
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private static NamedArray batch(SafetensorsFile expected) {
    int[] lengths =
        Arrays.stream(expected.read("lengths").toLongs()).mapToInt(Math::toIntExact).toArray();
    return NamedArray.builder(Items.ofLengths(lengths))
        .put("input_ids", expected.read("input_ids"))
        .put("targets", FieldKind.SEQUENCE, expected.read("targets"))
        .build();
  }

  private static SafetensorsFile expected(String folder) {
    return SafetensorsFile.open(Resources.directory("values").resolve(folder + ".safetensors"));
  }

  private static Path families(String folder) {
    return Resources.directory("families/" + folder);
  }

  /** Weights with another score. */
  private record WithScore(Weights source, TensorData score) implements Weights {
    @Override
    public SortedSet<String> names() {
      return source.names();
    }

    @Override
    public Info info(String name) {
      return source.info(name);
    }

    @Override
    public TensorData read(String name) {
      return name.equals("score.weight") ? score : source.read(name);
    }
  }
}
