package dev.tenon.modelinterface.sft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.tenon.error.InvalidInputException;
import dev.tenon.model.Metrics;
import dev.tenon.model.Model;
import dev.tenon.modelinterface.toy.ByteTokenizer;
import dev.tenon.modelinterface.toy.ToyEngine;
import dev.tenon.modelinterface.toy.ToyNetwork;
import dev.tenon.tensor.Device;
import dev.tenon.tensor.Items;
import dev.tenon.tensor.NamedArray;
import dev.tenon.tensor.TensorData;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SftInterfaceTest {
  private static final long[] IDS = {5, 6, 7, 8, 9, 5, 3}; // sequences of 4 and 3 tokens

  private final SftInterface sft = new SftInterface();
  private final Model model = ToyEngine.trainable(new ByteTokenizer());
  private final ToyEngine engine = (ToyEngine) model.module();

  private static NamedArray batch() {
    return NamedArray.builder(Items.ofLengths(4, 3))
        .put("input_ids", TensorData.ofLongs(IDS, 7))
        .build();
  }

  private static TensorData mask(int... values) {
    boolean[] mask = new boolean[values.length];
    for (int i = 0; i < values.length; i++) {
      mask[i] = values[i] == 1;
    }
    return TensorData.ofBooleans(mask, values.length);
  }

  private static TensorData labels(long... values) {
    return TensorData.ofLongs(values, values.length);
  }

  /** The tokens to learn, as the engine was told in both masks. */
  private boolean[] learned(NamedArray batch) {
    sft.evaluate(model, List.of(batch));
    NamedArray seen = engine.seen().get(engine.seen().size() - 1);
    assertThat(seen.names()).containsExactly("input_ids", "loss_mask", "output_mask");
    assertThat(seen.get("output_mask")).isEqualTo(seen.get("loss_mask"));
    return seen.get("loss_mask").toBooleans();
  }

  @Test
  void allTokensButTheFirstOfEachSequenceAreLearnedByDefault() {
    assertThat(learned(batch())).isEqualTo(mask(0, 1, 1, 1, 0, 1, 1).toBooleans());
  }

  @Test
  void tokensOfThePromptAreNotLearned() {
    NamedArray batch = batch().with("prompt_mask", mask(1, 1, 0, 0, 0, 0, 1));

    assertThat(learned(batch)).isEqualTo(mask(0, 0, 1, 1, 0, 1, 0).toBooleans());
  }

  @Test
  void labelsComeBeforeThePromptMaskAndTheLossMaskBeforeBoth() {
    NamedArray labelled =
        batch()
            .with("prompt_mask", mask(1, 1, 1, 1, 1, 1, 1))
            .with("labels", labels(5, -100, -100, 8, -100, 5, -100));
    NamedArray masked = labelled.with("loss_mask", mask(1, 0, 1, 0, 0, 0, 0));

    assertThat(learned(labelled)).isEqualTo(mask(0, 0, 0, 1, 0, 1, 0).toBooleans());
    assertThat(learned(masked)).isEqualTo(mask(0, 0, 1, 0, 0, 0, 0).toBooleans());
  }

  @Test
  void labelsThatDifferFromTheTokensAreRefusedByPosition() {
    NamedArray batch = batch().with("labels", labels(-100, 6, 1, 8, 9, 5, 0));

    assertThatThrownBy(() -> sft.trainStep(model, batch))
        .isInstanceOf(InvalidInputException.class)
        .hasMessage(
            "labels[2]: 1 (expected: -100 or input_ids[2] = 7); "
                + "labels[6]: 0 (expected: -100 or input_ids[6] = 3)");
    assertThat(engine.version()).isZero();
  }

  @Test
  void theLossIsTheMeanOverLearnedTokensOfTheWholeBatch() {
    NamedArray batch = batch().with("loss_mask", mask(0, 0, 1, 1, 0, 0, 1));
    double expected =
        -(engine.logprob(6, 7) + engine.logprob(7, 8) + engine.logprob(5, 3)) / 3; // float64 twin

    Metrics metrics = sft.trainStep(model, batch);

    assertThat(metrics.get("loss")).isCloseTo(expected, within(1e-12));
    assertThat(metrics.get("ppl")).isCloseTo(Math.exp(expected), within(1e-9));
    assertThat(metrics.asMap().keySet())
        .containsExactly("loss", "ppl", "tokens", "target_tokens", "grad_norm", "learning_rate");
    assertThat(metrics.get("target_tokens")).isEqualTo(3);
    assertThat(engine.version()).isEqualTo(1);
  }

  @Test
  void trainingLowersTheLoss() {
    double first = sft.trainStep(model, batch()).get("loss");
    for (int i = 0; i < 20; i++) {
      sft.trainStep(model, batch());
    }
    assertThat(sft.evaluate(model, List.of(batch())).get("loss")).isLessThan(first - 1);
  }

  @Test
  void evaluationWeighsBatchesByTheirLearnedTokens() {
    NamedArray two = batch().with("loss_mask", mask(0, 1, 1, 0, 0, 0, 0));
    NamedArray one = batch().with("loss_mask", mask(0, 0, 0, 0, 0, 0, 1));
    NamedArray none = batch().with("loss_mask", mask(1, 0, 0, 0, 0, 0, 0));
    double expected =
        -(engine.logprob(5, 6) + engine.logprob(6, 7) + engine.logprob(5, 3)) / 3; // float64 twin

    Metrics metrics = sft.evaluate(model, List.of(two, none, one));

    assertThat(metrics.get("loss")).isCloseTo(expected, within(1e-12));
    assertThat(metrics.get("target_tokens")).isEqualTo(3);
    assertThat(engine.version()).isZero();
  }

  @Test
  void aBatchWithoutATokenToLearnIsRefused() {
    NamedArray none = batch().with("loss_mask", mask(1, 0, 0, 0, 1, 0, 0));

    assertThatThrownBy(() -> sft.trainStep(model, none))
        .isInstanceOf(InvalidInputException.class)
        .hasMessage("tokens to learn: 0 (expected: at least one)");
    assertThatThrownBy(() -> sft.evaluate(model, List.of(none)))
        .isInstanceOf(InvalidInputException.class);
    assertThat(engine.seen()).isEmpty();
  }

  @Test
  void inferenceGivesTheLogprobOfEveryPredictedToken() {
    NamedArray result =
        sft.inference(model, batch().with("prompt_mask", mask(1, 1, 1, 1, 1, 1, 1)));

    assertThat(result.get("token_logprobs").toFloats())
        .hasSize(5)
        .startsWith((float) engine.logprob(5, 6))
        .endsWith((float) engine.logprob(5, 3));
  }

  @Test
  void saveWritesTheModel(@TempDir Path directory) {
    sft.save(model, directory.resolve("out"));

    assertThat(Files.exists(directory.resolve("out/toy.txt"))).isTrue();
  }

  @Test
  void aModelThatDoesNotRunIsRefused() {
    Model network = new Model("toy", ToyNetwork.of(258, 9), new ByteTokenizer(), Device.cpu());

    assertThatThrownBy(() -> sft.trainStep(network, batch()))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("module: Network");
  }
}
