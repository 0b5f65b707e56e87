package dev.tenon.backend.pytorch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.tenon.backend.pytorch.internal.TorchBridge;
import dev.tenon.backend.testkit.LeakExtension;
import dev.tenon.model.Metrics;
import dev.tenon.model.Model;
import dev.tenon.model.Output;
import dev.tenon.model.OutputRequest;
import dev.tenon.objective.LossFunction;
import dev.tenon.objective.LossFunction.Loss;
import dev.tenon.objective.Objective;
import dev.tenon.objective.TextObjective;
import dev.tenon.spec.FinetuneSpec;
import dev.tenon.tensor.NamedArray;
import dev.tenon.tensor.TensorData;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ObjectivesTest {
  @RegisterExtension static final LeakExtension LEAKS = NativeLeaks.extension();

  private static final int[] LENGTHS = {9, 4, 7, 1, 12, 5};
  private static final FinetuneSpec SPEC = FinetuneSpec.steps(9).learningRate(1e-2);

  private final NamedArray batch = TinyLlama.batch(3, LENGTHS);

  private static TextObjective repel() {
    return RepelText.objective(RepelText.TEXT)
        .asCoupled()
        .withHyperParameters(Map.of("sharpness", 3.0));
  }

  @ParameterizedTest
  @ValueSource(ints = {10_000, 18, 1})
  void aSumRunOnceOnTheWholeBatchIsTheSumOfItsParts(int budget) {
    FinetuneSpec spec = SPEC.microBatchTokens(budget);
    Map<String, TensorData> separate =
        Gradients.of(TinyLlama.create(true), spec, batch, TinyLlama.crossEntropy());
    Map<String, TensorData> joint =
        Gradients.of(TinyLlama.create(true), spec, batch, TinyLlama.crossEntropy().asCoupled());
    Gradients.assertClose(joint, separate);
  }

  @ParameterizedTest
  @ValueSource(ints = {28, 18, 1})
  void microBatchesChangeOnlyRoundingWhenItemsMeet(int budget) {
    Map<String, TensorData> whole = Gradients.of(TinyLlama.create(true), SPEC, batch, repel());
    Map<String, TensorData> parts =
        Gradients.of(TinyLlama.create(true), SPEC.microBatchTokens(budget), batch, repel());
    Gradients.assertClose(parts, whole);
  }

  /** Softmax cross-entropy in Java: d loss / d (sharp m_j) = Σ rank · p_j − rank_j. */
  private static Loss repel(NamedArray outputs, NamedArray batch) {
    List<Integer> lengths = batch.items().lengths();
    float[] logp = outputs.get("token_logprobs").toFloats();
    int n = lengths.size();
    double[] m = new double[n];
    double all = 0;
    double ranks = 0;
    for (int s = 0, t = 0; s < n; s++) {
      for (int i = 1; i < lengths.get(s); i++) {
        m[s] += logp[t++] / (double) lengths.get(s);
      }
      all += Math.exp(3 * m[s]);
      ranks += s;
    }
    double loss = 0;
    float[] gradient = new float[logp.length];
    for (int s = 0, t = 0; s < n; s++) {
      loss -= s * (3 * m[s] - Math.log(all));
      double d = 3 * (ranks * Math.exp(3 * m[s]) / all - s) / lengths.get(s);
      for (int i = 1; i < lengths.get(s); i++) {
        gradient[t++] = (float) d;
      }
    }
    double mean = Arrays.stream(m).sum();
    return new Loss(
        loss,
        n,
        Map.of("token_logprobs", TensorData.ofFloats(gradient, gradient.length)),
        Map.of("mean", mean));
  }

  private static Objective java(LossFunction function) {
    return Objective.java("mine", OutputRequest.of(Output.TOKEN_LOGPROBS), function);
  }

  @ParameterizedTest
  @ValueSource(ints = {10_000, 18})
  void anObjectiveInJavaGivesWhatItsTextGives(int budget) {
    FinetuneSpec spec = SPEC.microBatchTokens(budget);
    try (Model model = new PyTorchBackend().initialize(TinyLlama.create(false), spec)) {
      Metrics expected = model.engine().evalBatch(batch, repel());
      Metrics found = model.engine().evalBatch(batch, java(ObjectivesTest::repel));
      assertThat(found.asMap().keySet()).isEqualTo(expected.asMap().keySet());
      expected
          .asMap()
          .forEach((name, value) -> assertThat(found.get(name)).isCloseTo(value, within(1e-5)));
      Gradients.assertClose(
          Gradients.of(model, batch, java(ObjectivesTest::repel)),
          Gradients.of(model, batch, repel()));
    }
    try (Model model = new PyTorchBackend().initializeForInference(TinyLlama.create(false))) {
      assertThat(model.engine().evalBatch(batch, repel()).get("loss"))
          .isCloseTo(
              model.engine().evalBatch(batch, java(ObjectivesTest::repel)).get("loss"),
              within(1e-5));
    }
  }

  @Test
  void aVetoSeesTheWholeBatchAndChangesNothing() {
    String veto =
        """

        def veto(self, stats: Dict[str, Tensor], hp: Dict[str, float]) -> bool:
          same = torch.equal(stats["loss"] * stats["weight"], stats["total"])
          return same and stats["total"].dtype == 7 and float(stats["total"]) > hp["most"]
        """;
    TextObjective sound = TinyLlama.crossEntropy();
    String counted =
        sound
            .text()
            .replace(
                "{\"loss\": -torch.sum(",
                "{\"total\": self.all(out, batch), \"loss\": -torch.sum(");
    String all =
        "\ndef all(self, out: Dict[str, Tensor], batch: Dict[str, Tensor]) -> Tensor:\n"
            + "  return -torch.sum(out[\"token_logprobs\"] * self.mask(batch))\n";
    for (boolean coupled : new boolean[] {false, true}) {
      TextObjective objective =
          new TextObjective(
              "mine",
              sound.outputs(),
              sound.fields(),
              new TreeMap<>(Map.of("most", 0.0)),
              counted + all + veto,
              coupled);
      vetoes(objective, objective.withHyperParameters(Map.of("most", 1e9)));
    }
    vetoes(java(vetoing(true)), java(vetoing(false)));
  }

  private static LossFunction vetoing(boolean veto) {
    return new LossFunction() {
      @Override
      public Loss compute(NamedArray outputs, NamedArray given) {
        return repel(outputs, given);
      }

      @Override
      public boolean veto(Map<String, Double> statistics) {
        assertThat(statistics.keySet()).containsExactlyInAnyOrder("loss", "weight", "mean");
        return veto;
      }
    };
  }

  private void vetoes(Objective never, Objective always) {
    try (Model model =
        new PyTorchBackend().initialize(TinyLlama.create(true), SPEC.microBatchTokens(18))) {
      Map<String, TensorData> before = Gradients.parameters(model);
      assertThat(model.trainEngine().trainBatch(batch, never).get("vetoed")).isEqualTo(1);
      assertThat(Gradients.parameters(model)).isEqualTo(before);
      assertThat(model.trainEngine().version()).isZero();
      assertThat(model.trainEngine().trainBatch(batch, always).find("vetoed")).isEmpty();
      assertThat(Gradients.parameters(model)).isNotEqualTo(before);
      assertThat(model.trainEngine().version()).isEqualTo(1);
    }
  }

  @Test
  void onlyTheLastUsedTextsStayCompiled() {
    try (Model model = new PyTorchBackend().initialize(TinyLlama.create(true), SPEC)) {
      TextObjective plain = TinyLlama.crossEntropy();
      for (int i = 0; i < 40; i++) {
        String text = plain.text().replace("-torch.sum(", "-" + i + ". * torch.sum(");
        Objective other = Objective.of("mine", plain.outputs(), plain.fields(), text);
        model.engine().evalBatch(batch, other);
      }
      assertThat(TorchBridge.openHandles().modules()).isEqualTo(1 + 32);
      assertThat(model.engine().evalBatch(batch, plain).get("loss")).isFinite();
    }
  }
}
