package dev.tenon.modelinterface.sft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.tenon.backend.testkit.ByteTokenizer;
import dev.tenon.backend.testkit.FakeBackend;
import dev.tenon.backend.testkit.FakeEngine;
import dev.tenon.backend.testkit.FakeNetwork;
import dev.tenon.backend.testkit.objectives.ExampleObjectives;
import dev.tenon.error.InvalidInputException;
import dev.tenon.model.Metrics;
import dev.tenon.model.Model;
import dev.tenon.model.Output;
import dev.tenon.spec.FinetuneSpec;
import dev.tenon.spec.Schedule;
import dev.tenon.tensor.Items;
import dev.tenon.tensor.NamedArray;
import dev.tenon.tensor.TensorData;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.DoubleStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SftInterfaceTest {
  private static final long[] IDS = {5, 6, 7, 8, 9, 5, 3}; // sequences of 4 and 3 tokens

  private final SftInterface sft = new SftInterface();
  private final Model model =
      new FakeBackend()
          .with(ExampleObjectives.sft())
          .initialize(
              FakeNetwork.of(258, 512).model("fake", new ByteTokenizer()),
              FinetuneSpec.openEnded().learningRate(0.05).schedule(Schedule.constant(0)));
  private final FakeEngine engine = (FakeEngine) model.module();

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

  /** log softmax of the logits that predict a token of {@link #IDS}. */
  private double logprob(int token) {
    double[] logits = engine.forward(batch(), Output.LOGITS).get("logits").toDoubles();
    double[] row = Arrays.copyOfRange(logits, (token - 1) * 258, token * 258);
    return row[(int) IDS[token]] - Math.log(DoubleStream.of(row).map(Math::exp).sum());
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
    assertThat(model.trainEngine().version()).isZero();
  }

  @Test
  void theLossIsTheMeanOverLearnedTokensOfTheWholeBatch() {
    NamedArray batch = batch().with("loss_mask", mask(0, 0, 1, 1, 0, 0, 1));
    double expected = -(logprob(2) + logprob(3) + logprob(6)) / 3; // from F32 logits

    Metrics metrics = sft.trainStep(model, batch);

    assertThat(metrics.get("loss")).isCloseTo(expected, within(1e-6));
    assertThat(metrics.get("ppl")).isCloseTo(Math.exp(expected), within(1e-3));
    assertThat(metrics.asMap().keySet())
        .containsExactly("loss", "ppl", "tokens", "target_tokens", "grad_norm", "learning_rate");
    assertThat(metrics.get("target_tokens")).isEqualTo(3);
    assertThat(model.trainEngine().version()).isEqualTo(1);
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
    double expected = -(logprob(1) + logprob(2) + logprob(6)) / 3; // from F32 logits

    Metrics metrics = sft.evaluate(model, List.of(two, none, one));

    assertThat(metrics.get("loss")).isCloseTo(expected, within(1e-6));
    assertThat(metrics.get("target_tokens")).isEqualTo(3);
    assertThat(model.trainEngine().version()).isZero();
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

    float[] logprobs = result.get("token_logprobs").toFloats();
    assertThat(logprobs).hasSize(5);
    assertThat(logprobs[0]).isCloseTo((float) logprob(1), within(1e-6f));
    assertThat(logprobs[4]).isCloseTo((float) logprob(6), within(1e-6f));
  }

  @Test
  void saveWritesTheModel(@TempDir Path directory) {
    sft.save(model, directory.resolve("out"));

    assertThat(Files.exists(directory.resolve("out/model.safetensors"))).isTrue();
  }

  @Test
  void aModelThatDoesNotRunIsRefused() {
    Model network = FakeNetwork.of(258, 9).model("fake", new ByteTokenizer());

    assertThatThrownBy(() -> sft.trainStep(network, batch()))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("module: Network");
  }
}
