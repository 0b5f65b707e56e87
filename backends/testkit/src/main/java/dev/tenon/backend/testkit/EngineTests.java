package dev.tenon.backend.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.tenon.backend.testkit.objectives.ExampleObjectives;
import dev.tenon.error.EngineClosedException;
import dev.tenon.error.InvalidInputException;
import dev.tenon.error.UnsupportedFeatureException;
import dev.tenon.model.Engine;
import dev.tenon.model.Model;
import dev.tenon.model.Output;
import dev.tenon.model.OutputRequest;
import dev.tenon.model.TrainEngine;
import dev.tenon.objective.BatchField;
import dev.tenon.objective.LossFunction;
import dev.tenon.objective.Objective;
import dev.tenon.objective.TextObjective;
import dev.tenon.tensor.DType;
import dev.tenon.tensor.FieldKind;
import dev.tenon.tensor.Items;
import dev.tenon.tensor.NamedArray;
import dev.tenon.tensor.TensorData;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** Tests of every engine: outputs, refusals, saving, closing. */
abstract class EngineTests extends BackendFixture {
  /** Runs a test on the engine for inference and, where there is one, on that for training. */
  private void onEachEngine(Consumer<Model> test) {
    try (Model model = inference()) {
      test.accept(model);
    }
    if (supportsTraining()) {
      try (Model model = training(spec())) {
        test.accept(model);
      }
    }
  }

  @Test
  public void outputsArePackedAndDoNotDependOnTheOtherItems() {
    NamedArray batch = batch(1);
    Output[] outputs = {Output.LOGITS, Output.TOKEN_LOGPROBS, Output.ENTROPY, Output.HIDDEN};
    onEachEngine(
        model -> {
          NamedArray together = model.engine().forward(batch, outputs);
          for (int i = 0; i < batch.items().count(); i++) {
            NamedArray alone = model.engine().forward(batch.item(i), outputs);
            assertClose(alone.flatten(), together.item(i).flatten(), rounding());
          }
        });
  }

  @Test
  public void logprobsAndEntropyAreThoseOfTheLogitsAtTheTemperature() {
    NamedArray batch = batch(2);
    int vocabulary = vocabSize();
    OutputRequest request =
        OutputRequest.of(Output.TOKEN_LOGPROBS, Output.ENTROPY).withTemperature(0.7);
    onEachEngine(
        model -> {
          double[] logits = model.engine().forward(batch, Output.LOGITS).get("logits").toDoubles();
          NamedArray found = model.engine().forward(batch, request);
          long[] ids = batch.get("input_ids").toLongs();
          int entry = 0;
          int token = 0;
          for (int length : batch.items().lengths()) {
            for (int t = 1; t < length; t++, entry++) {
              double[] row = new double[vocabulary];
              System.arraycopy(logits, (token + t - 1) * vocabulary, row, 0, vocabulary);
              Distribution next = new Distribution(row, 0.7);
              assertThat(found.get("token_logprobs").getDouble(entry))
                  .isCloseTo(next.logprob((int) ids[token + t]), within(1e-4));
              assertThat(found.get("entropy").getDouble(entry))
                  .isCloseTo(next.entropy(), within(1e-4));
            }
            token += length;
          }
        });
  }

  @Test
  public void entriesOutsideTheOutputMaskAreZeroAndTheOthersStay() {
    NamedArray batch = batch(3);
    onEachEngine(
        model -> {
          TensorData all =
              model.engine().forward(batch, Output.TOKEN_LOGPROBS).get("token_logprobs");
          NamedArray masked = batch.with("output_mask", batch.get("loss_mask"));
          TensorData some =
              model.engine().forward(masked, Output.TOKEN_LOGPROBS).get("token_logprobs");
          for (int i = 0; i < all.size(); i++) {
            if (some.getFloat(i) != 0) {
              assertThat(some.getDouble(i)).isCloseTo(all.getDouble(i), within(1e-4));
            }
          }
          assertThat(some.toFloats()).contains(0f);
        });
  }

  @Test
  public void evaluationIsTheLossOfTheOutputs() {
    NamedArray batch = batch(4);
    onEachEngine(
        model -> {
          Map<String, Double> found = model.engine().evalBatch(batch, SFT).asMap();
          NamedArray outputs = model.engine().forward(batch, SFT.outputs());
          LossFunction.Loss expected = ExampleObjectives.sft().function().compute(outputs, batch);
          assertThat(found.get("weight")).isEqualTo(expected.weight());
          assertThat(found.get("loss")).isCloseTo(expected.sum() / expected.weight(), within(1e-5));
          assertThat(found).containsOnlyKeys("loss", "weight");
        });
  }

  @Test
  public void savesWhatOpensAgainAsTheSameModel() {
    NamedArray batch = batch(5);
    onEachEngine(
        model -> {
          Path saved = directory.resolve(String.valueOf(System.identityHashCode(model)));
          model.engine().save(saved);
          boolean trains = model.module() instanceof TrainEngine;
          try (Model again = trains ? training(open(saved), spec()) : inference(open(saved))) {
            assertThat(again.engine().forward(batch, Output.LOGITS))
                .isEqualTo(model.engine().forward(batch, Output.LOGITS));
          }
        });
  }

  @Test
  public void closesTwiceAndRefusesEveryCallAfterwards() {
    NamedArray batch = batch(6);
    Model model = inference();
    Engine engine = model.engine();
    model.close();
    model.close();
    assertThatThrownBy(() -> engine.forward(batch, Output.LOGITS))
        .isInstanceOf(EngineClosedException.class);
    assertThatThrownBy(() -> engine.evalBatch(batch, SFT))
        .isInstanceOf(EngineClosedException.class);
    assertThatThrownBy(() -> engine.save(directory.resolve("late")))
        .isInstanceOf(EngineClosedException.class);
  }

  @Test
  public void tokenIdsOutsideTheVocabularyAreRefused() {
    long outside = vocabSize();
    onEachEngine(
        model -> {
          for (long id : new long[] {-1, outside, Long.MAX_VALUE}) {
            NamedArray batch =
                NamedArray.builder(Items.ofLengths(2))
                    .put("input_ids", TensorData.ofLongs(new long[] {1, id}, 2))
                    .build();
            refused(model, batch, "input_ids[1]: " + id);
          }
          stillWorks(model);
        });
  }

  @Test
  public void wrongFieldsAreRefusedWithEveryProblem() {
    NamedArray batch = batch(7);
    NamedArray mask =
        NamedArray.builder(batch.items())
            .put("ids", FieldKind.TOKEN, batch.get("input_ids"))
            .build();
    onEachEngine(
        model -> {
          refused(model, mask, "input_ids: missing");
          refused(model, NamedArray.of(batch.flatten()), "no items");
          NamedArray wrong = batch.without("loss_mask", "ref_logprobs");
          TextObjective dpo = ExampleObjectives.dpo(0.1).text();
          assertThatThrownBy(() -> model.engine().evalBatch(wrong, dpo))
              .isInstanceOf(InvalidInputException.class)
              .hasMessageContainingAll("loss_mask", "ref_logprobs", "missing");
          NamedArray other =
              batch
                  .without("ref_logprobs")
                  .rename("loss_mask", "mask")
                  .with("loss_mask", batch.get("loss_mask"));
          assertThatThrownBy(() -> model.engine().evalBatch(other, dpo))
              .isInstanceOf(InvalidInputException.class)
              .hasMessageContaining("ref_logprobs")
              .hasMessageContaining("missing (expected: F32 per NEXT_TOKEN)");
          stillWorks(model);
        });
  }

  @Test
  public void fieldsOfAnotherTypeOrKindAreRefused() {
    NamedArray batch = batch(8);
    int entries = (int) batch.items().entries(FieldKind.NEXT_TOKEN);
    TextObjective objective =
        Objective.of(
            "typed",
            OutputRequest.of(Output.TOKEN_LOGPROBS),
            List.of(
                new BatchField("a", FieldKind.TOKEN, DType.F32),
                new BatchField("b", FieldKind.NEXT_TOKEN, DType.I64)),
            SFT.text());
    NamedArray wrong =
        batch
            .with("a", FieldKind.NEXT_TOKEN, TensorData.zeros(DType.F32, entries))
            .with("b", FieldKind.NEXT_TOKEN, TensorData.zeros(DType.F64, entries));
    onEachEngine(
        model -> {
          assertThatThrownBy(() -> model.engine().evalBatch(wrong, objective))
              .isInstanceOf(InvalidInputException.class)
              .hasMessageContaining("field a of objective typed: F32 per NEXT_TOKEN")
              .hasMessageContaining("field b of objective typed: F64 per NEXT_TOKEN");
          stillWorks(model);
        });
  }

  @Test
  public void sequencesBeyondThePositionsAreRefused() {
    int tooLong = model().network().maxPositions() + 1;
    NamedArray batch =
        NamedArray.builder(Items.ofLengths(tooLong))
            .put("input_ids", TensorData.zeros(DType.I64, tooLong))
            .build();
    onEachEngine(
        model -> {
          refused(model, batch, "sequence length: " + tooLong);
          stillWorks(model);
        });
  }

  @Test
  public void outputsThatTheHeadDoesNotGiveAreRefused() {
    onEachEngine(
        model -> {
          for (Output output : new Output[] {Output.VALUES, Output.SCORES, Output.PAIR_LOGITS}) {
            assertThatThrownBy(() -> model.engine().forward(batch(9), output))
                .isInstanceOf(UnsupportedFeatureException.class)
                .hasMessageContaining(output.name());
          }
          stillWorks(model);
        });
  }

  @Test
  public void aModelThatRunsAlreadyIsRefused() {
    try (Model model = inference()) {
      assertThatThrownBy(() -> backend().initializeForInference(model))
          .isInstanceOf(InvalidInputException.class)
          .hasMessageContaining("module");
    }
  }

  private static void refused(Model model, NamedArray batch, String problem) {
    assertThatThrownBy(() -> model.engine().forward(batch, Output.LOGITS))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining(problem);
  }

  private void stillWorks(Model model) {
    assertThat(model.engine().forward(batch(10), Output.LOGITS).has("logits")).isTrue();
  }
}
