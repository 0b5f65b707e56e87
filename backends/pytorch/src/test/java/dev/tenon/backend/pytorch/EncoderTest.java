package dev.tenon.backend.pytorch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.tenon.backend.pytorch.internal.TorchBridge;
import dev.tenon.backend.testkit.AssertingBackend;
import dev.tenon.error.InvalidInputException;
import dev.tenon.error.UnsupportedFeatureException;
import dev.tenon.generation.GenerationOptions;
import dev.tenon.generation.SessionLimits;
import dev.tenon.model.Engine;
import dev.tenon.model.Head;
import dev.tenon.model.Model;
import dev.tenon.model.ModelBackend;
import dev.tenon.model.Output;
import dev.tenon.nn.HfModels;
import dev.tenon.nn.lora.LoraConfig;
import dev.tenon.nn.lora.LoraNetwork;
import dev.tenon.spec.Arguments;
import dev.tenon.spec.FinetuneSpec;
import dev.tenon.tensor.Device;
import dev.tenon.tensor.NamedArray;
import dev.tenon.tensor.TensorData;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class EncoderTest {
  private static final FinetuneSpec SPEC = FinetuneSpec.steps(9).learningRate(1e-2);
  private static final NamedArray BATCH = TinyEncoder.batch(5, 7, 1, 12, 12, 3, 30);

  private final ModelBackend backend = new AssertingBackend(new PyTorchBackend());

  @TempDir private Path temp;

  @AfterEach
  void nothingNativeIsLeft() {
    assertThat(TorchBridge.openHandles().values()).isZero();
    assertThat(TorchBridge.openHandles().modules()).isZero();
  }

  static Stream<org.junit.jupiter.params.provider.Arguments> networks() {
    return Stream.of("bert", "roberta", "distilbert")
        .flatMap(
            family ->
                Stream.of(Head.MASKED_LM, Head.SEQUENCE_CLASSIFICATION, Head.POOLED_EMBEDDING)
                    .map(x -> org.junit.jupiter.params.provider.Arguments.of(family, x)));
  }

  /** Padding is seen by nobody, and both engines agree. */
  @ParameterizedTest
  @MethodSource("networks")
  void aSequenceGivesTheSameAloneAndInABatch(String family, Head head) {
    Model network = TinyEncoder.create(family, head, 0.1);
    Output[] outputs = {TinyEncoder.output(head), Output.HIDDEN, Output.HIDDEN_STATES};
    try (Model trained = backend.initialize(network, SPEC);
        Model fused = backend.initializeForInference(network)) {
      NamedArray together = fused.engine().forward(BATCH, outputs);
      assertClose(trained.engine().forward(BATCH, outputs), together);
      for (int i = 0; i < BATCH.items().count(); i++) {
        assertClose(fused.engine().forward(BATCH.item(i), outputs), together.item(i));
      }
    }
  }

  @ParameterizedTest
  @MethodSource("networks")
  void microBatchesAndCheckpointingChangeNoGradient(String family, Head head) {
    Model network = TinyEncoder.create(family, head, 0);
    Map<String, TensorData> plain = gradients(network, SPEC, BATCH, head);
    FinetuneSpec parts = SPEC.microBatchTokens(30);
    Gradients.assertClose(gradients(network, parts, BATCH, head), plain);
    Gradients.assertClose(
        gradients(network, parts.gradientCheckpointing(true), BATCH, head), plain);
  }

  /** The passes that run again have the masks of the first one. */
  @ParameterizedTest
  @EnumSource(names = {"MASKED_LM", "SEQUENCE_CLASSIFICATION", "POOLED_EMBEDDING"})
  void dropoutIsTheSameWithCheckpointing(Head head) {
    Model network = TinyEncoder.create("bert", head, 0.3);
    NamedArray even = TinyEncoder.batch(6, 5, 5, 5);
    for (NamedArray batch : new NamedArray[] {BATCH, even}) {
      Map<String, TensorData> plain = gradients(network, SPEC, batch, head);
      FinetuneSpec checkpointing = SPEC.gradientCheckpointing(true);
      Gradients.assertClose(gradients(network, checkpointing, batch, head), plain);
    }
  }

  /** Softmax does not see a shift of its scores: a key's bias has gradient 0 but for rounding. */
  private static Map<String, TensorData> gradients(
      Model network, FinetuneSpec spec, NamedArray batch, Head head) {
    Map<String, TensorData> found = Gradients.of(network, spec, batch, TinyEncoder.sines(head));
    found.keySet().removeIf(x -> x.endsWith("key.bias") || x.endsWith("k_lin.bias"));
    return found;
  }

  @Test
  void aMaskedLmPredictsTheTokensThatLabelsName() {
    try (Model model =
        backend.initializeForInference(TinyEncoder.create("bert", Head.MASKED_LM, 0))) {
      boolean[] wanted = new boolean[(int) BATCH.items().tokens()];
      for (int i = 0; i < wanted.length; i++) {
        wanted[i] = i % 2 == 0;
      }
      TensorData mask = TensorData.ofBooleans(wanted, wanted.length);
      Engine engine = model.engine();
      TensorData logits = engine.forward(BATCH, Output.LOGITS).get("logits");
      NamedArray found =
          engine.forward(BATCH.with("output_mask", mask), Output.TOKEN_LOGPROBS, Output.ENTROPY);
      long[] labels = BATCH.get("labels").toLongs();
      for (int t = 0; t < labels.length; t++) {
        boolean zero = labels[t] == -100 || !wanted[t];
        assertThat(found.get("token_logprobs").getDouble(t))
            .isCloseTo(zero ? 0 : logprob(logits, t, (int) labels[t]), within(1e-5));
        assertThat(found.get("entropy").getDouble(t) > 0).isEqualTo(!zero);
      }
      assertThatThrownBy(() -> engine.forward(BATCH.without("labels"), Output.TOKEN_LOGPROBS))
          .isInstanceOf(InvalidInputException.class)
          .hasMessageContaining("labels: missing");
    }
  }

  private static double logprob(TensorData logits, int row, int label) {
    int width = TinyLlama.VOCABULARY;
    double sum = 0;
    for (int v = 0; v < width; v++) {
      sum += Math.exp(logits.getDouble((long) row * width + v));
    }
    return logits.getDouble((long) row * width + label) - Math.log(sum);
  }

  @ParameterizedTest
  @ValueSource(strings = {"mean", "cls", "max", "mean_sqrt_len", "weightedmean", "lasttoken"})
  void poolsHiddenVectorsAsAsked(String pooling) {
    Model start = TinyEncoder.create("distilbert", Head.POOLED_EMBEDDING, 0);
    start.network().save(temp, start.network().weights());
    for (boolean normalize : new boolean[] {true, false}) {
      Arguments arguments =
          Arguments.of("path", temp).with("pooling", pooling).with("normalize", normalize);
      Model model = HfModels.registry().create("hf", "embedder", Device.cpu(), arguments);
      try (Model running = backend.initializeForInference(model)) {
        NamedArray out = running.engine().forward(BATCH, Output.POOLED, Output.HIDDEN);
        for (int i = 0; i < BATCH.items().count(); i++) {
          float[] expected = pooled(out.item(i).get("hidden"), pooling, normalize);
          assertThat(out.item(i).get("pooled").toFloats()).containsExactly(expected, within(1e-6f));
        }
      }
    }
  }

  private static float[] pooled(TensorData hidden, String pooling, boolean normalize) {
    int tokens = (int) hidden.shape().dim(0);
    int width = (int) hidden.shape().dim(1);
    double[] vector = new double[width];
    double square = 0;
    for (int h = 0; h < width; h++) {
      double sum = 0;
      double later = 0;
      double most = Double.NEGATIVE_INFINITY;
      for (int t = 0; t < tokens; t++) {
        sum += hidden.getDouble((long) t * width + h);
        later += (t + 1) * hidden.getDouble((long) t * width + h);
        most = Math.max(most, hidden.getDouble((long) t * width + h));
      }
      vector[h] =
          switch (pooling) {
            case "mean" -> sum / tokens;
            case "max" -> most;
            case "mean_sqrt_len" -> sum / Math.sqrt(tokens);
            case "weightedmean" -> later * 2 / (tokens * (tokens + 1.0));
            case "lasttoken" -> hidden.getDouble((tokens - 1L) * width + h);
            default -> hidden.getDouble(h);
          };
      square += vector[h] * vector[h];
    }
    float[] found = new float[width];
    for (int h = 0; h < width; h++) {
      found[h] = (float) (vector[h] / (normalize ? Math.sqrt(square) : 1));
    }
    return found;
  }

  /** Fresh adapters add nothing; types, classes and pooling are the base's. */
  @ParameterizedTest
  @MethodSource("networks")
  void anAdaptedEncoderIsTheSameEncoder(String family, Head head) {
    Model base = TinyEncoder.create(family, head, 0);
    Model adapted = base.withModule(LoraNetwork.create(base.network(), LoraConfig.rank(2), 1));
    assertThat(adapted.network().tokenTypes()).isEqualTo(base.network().tokenTypes());
    assertThat(adapted.network().classificationHead())
        .isEqualTo(base.network().classificationHead());
    assertThat(adapted.network().embeddingHead()).isEqualTo(base.network().embeddingHead());
    Output output = TinyEncoder.output(head);
    try (Model plain = backend.initializeForInference(base);
        Model trained = backend.initialize(adapted, SPEC)) {
      assertClose(trained.engine().forward(BATCH, output), plain.engine().forward(BATCH, output));
    }
  }

  @Test
  void refusesWhatAnEncoderCannotDo() {
    Model network = TinyEncoder.create("bert", Head.SEQUENCE_CLASSIFICATION, 0);
    try (Model model = backend.initializeForInference(network)) {
      Engine engine = model.engine();
      NamedArray prompt = BATCH.item(0);
      assertThatThrownBy(() -> engine.openSession(new SessionLimits(1, 10)))
          .isInstanceOf(UnsupportedFeatureException.class)
          .hasMessageContaining("BertForSequenceClassification");
      assertThatThrownBy(() -> engine.generate(prompt, GenerationOptions.greedy(3)))
          .isInstanceOf(UnsupportedFeatureException.class);
      assertThatThrownBy(() -> engine.forward(prompt, Output.POOLED))
          .isInstanceOf(UnsupportedFeatureException.class)
          .hasMessageContaining("CLASS_LOGITS");
      TensorData types = TensorData.ofLongs(new long[] {0, 1, 0, 2, 0, 0, 0}, 7);
      assertThatThrownBy(
              () -> engine.forward(prompt.with("token_type_ids", types), Output.CLASS_LOGITS))
          .isInstanceOf(InvalidInputException.class)
          .hasMessageContaining("token_type_ids[3]: 2 (expected: 0 to 1)");
    }
  }

  @Test
  void tellsClassesTypesAndPooling() {
    var classifier = TinyEncoder.create("bert", Head.SEQUENCE_CLASSIFICATION, 0).network();
    assertThat(classifier.classificationHead().orElseThrow().labels())
        .containsExactly("no", "yes", "perhaps");
    assertThat(classifier.tokenTypes()).isEqualTo(2);
    assertThat(classifier.embeddingHead()).isEmpty();
    var embedder = TinyEncoder.create("roberta", Head.POOLED_EMBEDDING, 0).network();
    assertThat(embedder.maxPositions()).isEqualTo(38);
    assertThat(embedder.embeddingHead().orElseThrow().maxSeqLength()).isLessThanOrEqualTo(38);
  }

  private static void assertClose(NamedArray found, NamedArray expected) {
    assertThat(found.names()).isEqualTo(expected.names());
    for (String name : expected.names()) {
      assertThat(found.get(name).shape()).isEqualTo(expected.get(name).shape());
      assertThat(found.get(name).toFloats())
          .as(name)
          .containsExactly(expected.get(name).toFloats(), within(2e-5f));
    }
  }
}
