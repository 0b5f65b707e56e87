package dev.tenon.backend.pytorch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.tenon.backend.pytorch.internal.CallSettings;
import dev.tenon.backend.pytorch.internal.NativeScope;
import dev.tenon.backend.pytorch.internal.TorchBridge;
import dev.tenon.backend.pytorch.internal.TorchModule;
import dev.tenon.backend.pytorch.internal.TorchValue;
import dev.tenon.backend.testkit.LeakExtension;
import dev.tenon.model.Model;
import dev.tenon.model.Network;
import dev.tenon.nn.internal.pass.DropoutSeeds;
import dev.tenon.nn.script.ProgramArchives;
import dev.tenon.spec.FinetuneSpec;
import dev.tenon.tensor.NamedArray;
import dev.tenon.tensor.TensorData;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DropoutTest {
  @RegisterExtension static final LeakExtension LEAKS = NativeLeaks.extension();

  private static final int SIDE = 600;
  private static final int ENTRIES = SIDE * SIDE;
  private static final double P = 0.1;
  private static final FinetuneSpec SPEC =
      FinetuneSpec.steps(9).learningRate(1e-2).microBatchTokens(18);

  private final NamedArray batch = TinyLlama.batch(3, 9, 4, 7, 1, 12, 5);

  /** Five standard deviations of a count of n independent events of probability p, as a share. */
  private static double bound(double p, double n) {
    return 5 * Math.sqrt(p * (1 - p) / n);
  }

  /** A pass over ones: what is left of them. */
  private static float[] mask(long seed, int layer, int site) {
    return mask(CallSettings.noGrad(0), seed, layer, site);
  }

  private static float[] mask(CallSettings settings, long seed, int layer, int site) {
    TorchBridge bridge = TorchBridge.start();
    Network network = (Network) TinyLlama.create(true).module();
    float[] ones = new float[ENTRIES];
    Arrays.fill(ones, 1);
    try (TorchModule module = bridge.load(ProgramArchives.training(network.program()));
        NativeScope scope = bridge.scope("mask")) {
      TorchValue seeds = scope.tensor(TensorData.ofLongs(new long[] {seed}));
      return module
          .call(
              settings,
              scope,
              "dropout",
              scope.tensor(TensorData.ofFloats(ones, SIDE, SIDE)),
              scope.real(P),
              scope.tensorDict(Map.of("dropout_seed", seeds)),
              scope.integer(layer),
              scope.integer(site))
          .toTensorData()
          .toFloats();
    }
  }

  private static double share(float[] a, float[] b) {
    int differ = 0;
    for (int i = 0; i < ENTRIES; i++) {
      differ += a[i] == b[i] ? 0 : 1;
    }
    return differ / (double) ENTRIES;
  }

  @Test
  void aMaskDropsItsShareAndKeepsTheMean() {
    float[] mask = mask(5, 0, 0);
    int dropped = 0;
    int neighbours = 0;
    for (int i = 0; i < ENTRIES; i++) {
      assertThat(mask[i] == 0 || mask[i] == (float) (1 / (1 - P))).isTrue();
      dropped += mask[i] == 0 ? 1 : 0;
      neighbours += i > 0 && mask[i] == 0 && mask[i - 1] == 0 ? 1 : 0;
    }
    assertThat(dropped / (double) ENTRIES).isCloseTo(P, within(bound(P, ENTRIES)));
    assertThat(neighbours / (double) ENTRIES).isCloseTo(P * P, within(bound(P * P, ENTRIES)));
  }

  @Test
  void masksOfOtherPlacesAndSeedsAreIndependent() {
    float[] mask = mask(5, 0, 0);
    assertThat(mask(CallSettings.noGrad(1), 5, 0, 0)).isEqualTo(mask);
    assertThat(mask(CallSettings.noGrad(3), 5, 0, 0)).isEqualTo(mask);
    double differing = 2 * P * (1 - P);
    for (float[] other :
        List.of(mask(6, 0, 0), mask(-5, 0, 0), mask(5, 1, 0), mask(5, 0, 1), mask(5, -1, 0))) {
      assertThat(share(mask, other)).isCloseTo(differing, within(bound(differing, ENTRIES)));
    }
  }

  @Test
  void aMicroBatchsSeedComesFromRunStepAndItsNumber() {
    assertThat(new DropoutSeeds(true, 1, 2).of(3)).isEqualTo(new DropoutSeeds(true, 1, 2).of(3));
    assertThat(
            List.of(
                new DropoutSeeds(true, 1, 2).of(3),
                new DropoutSeeds(true, 2, 1).of(3),
                new DropoutSeeds(true, 1, 3).of(2),
                new DropoutSeeds(true, 3, 2).of(1)))
        .doesNotHaveDuplicates();
    assertThat(DropoutSeeds.OFF.of(0)).isEmpty();
  }

  @Test
  void onlyTrainingDrops() {
    FinetuneSpec whole = SPEC.microBatchTokens(10_000);
    try (Model plain = new PyTorchBackend().initialize(TinyLlama.withDropout(0), whole);
        Model dropping = new PyTorchBackend().initialize(TinyLlama.withDropout(0.3), whole)) {
      assertThat(dropping.engine().evalBatch(batch, TinyLlama.crossEntropy()))
          .isEqualTo(plain.engine().evalBatch(batch, TinyLlama.crossEntropy()));
      assertThat(Gradients.of(dropping, batch, TinyLlama.crossEntropy()))
          .isNotEqualTo(Gradients.of(plain, batch, TinyLlama.crossEntropy()));
      assertThat(dropping.trainEngine().trainBatch(batch, TinyLlama.crossEntropy()).get("loss"))
          .isNotEqualTo(
              plain.trainEngine().trainBatch(batch, TinyLlama.crossEntropy()).get("loss"));
    }
    assertThat(gradients(SPEC.disableDropout(true), 0.3)).isEqualTo(gradients(SPEC, 0));
  }

  private Map<String, TensorData> gradients(FinetuneSpec spec, double probability) {
    return Gradients.of(TinyLlama.withDropout(probability), spec, batch, TinyLlama.crossEntropy());
  }

  @Test
  void theSeedAndTheStepDecide() {
    Map<String, TensorData> first = gradients(SPEC, 0.3);
    assertThat(gradients(SPEC, 0.3)).isEqualTo(first);
    assertThat(gradients(SPEC.seed(43), 0.3)).isNotEqualTo(first);
    try (Model model =
        new PyTorchBackend().initialize(TinyLlama.withDropout(0.3), SPEC.learningRate(0))) {
      assertThat(Gradients.of(model, batch, TinyLlama.crossEntropy())).isEqualTo(first);
      model.trainEngine().trainBatch(batch, TinyLlama.crossEntropy());
      assertThat(Gradients.of(model, batch, TinyLlama.crossEntropy())).isNotEqualTo(first);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {10_000, 18, 1})
  void aPassThatRunsAgainHasTheSameMasks(int budget) {
    FinetuneSpec spec = SPEC.microBatchTokens(budget);
    Map<String, TensorData> once = gradients(spec, 0.3);
    Map<String, TensorData> again =
        Gradients.of(TinyLlama.withDropout(0.3), spec, batch, TinyLlama.crossEntropy().asCoupled());
    Gradients.assertClose(again, once);
  }

  /** A probability so small that nothing is dropped still takes the slow way. */
  @Test
  void attentionWithDropoutIsTheFastAttention() {
    Map<String, TensorData> fast = gradients(SPEC, 0);
    Gradients.assertClose(gradients(SPEC, 1e-12), fast);
  }
}
