package dev.tenon.backend.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenon.backend.testkit.objectives.ExampleObjectives;
import dev.tenon.error.UnknownNameException;
import dev.tenon.error.UnsupportedFeatureException;
import dev.tenon.model.Head;
import dev.tenon.model.Model;
import dev.tenon.model.Output;
import dev.tenon.model.OutputRequest;
import dev.tenon.objective.BatchField;
import dev.tenon.objective.Objective;
import dev.tenon.objective.TextObjective;
import dev.tenon.spec.FinetuneSpec;
import dev.tenon.tensor.DType;
import dev.tenon.tensor.FieldKind;
import dev.tenon.tensor.Items;
import dev.tenon.tensor.NamedArray;
import dev.tenon.tensor.TensorData;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FakeBackendTest {
  private static final TextObjective SFT =
      Objective.of(
          "sft",
          OutputRequest.of(Output.TOKEN_LOGPROBS),
          List.of(new BatchField("loss_mask", FieldKind.TOKEN, DType.BOOL)),
          "def weight(self\ndef loss(self");

  private final FakeBackend backend = new FakeBackend().with(ExampleObjectives.sft());
  private final NamedArray batch =
      NamedArray.builder(Items.ofLengths(3, 2))
          .put("input_ids", TensorData.ofLongs(new long[] {1, 2, 3, 4, 5}, 5))
          .put(
              "loss_mask", TensorData.ofBooleans(new boolean[] {false, true, true, false, true}, 5))
          .build();

  private static Model network() {
    return FakeNetwork.of(7, 9).model("fake", new ByteTokenizer());
  }

  @Test
  void aTextWithoutATwinIsRefusedWithTheKnownOnes() {
    try (Model model = backend.initialize(network(), FinetuneSpec.steps(1))) {
      TextObjective other =
          Objective.of("dpo", SFT.outputs(), List.of(), "def weight(self\ndef loss(self");
      assertThatThrownBy(() -> model.engine().evalBatch(batch, other))
          .isInstanceOf(UnknownNameException.class)
          .hasMessage(
              "twin of objective: dpo (expected: one of [sft]; FakeBackend runs no text, give it a"
                  + " twin by withTwin)");
    }
  }

  @Test
  void aJavaObjectiveNeedsNoTwin() {
    Objective java = Objective.java("own", SFT.outputs(), ExampleObjectives.sft().function());
    try (Model model = backend.initialize(network(), FinetuneSpec.steps(1))) {
      assertThat(model.engine().evalBatch(batch, java))
          .isEqualTo(model.engine().evalBatch(batch, SFT));
    }
  }

  @Test
  void reopensWhatItSaves(@TempDir Path directory) {
    Path saved = directory.resolve("saved");
    try (Model model = backend.initialize(network(), FinetuneSpec.steps(2).learningRate(1e-2))) {
      model.trainEngine().trainBatch(batch, SFT);
      model.engine().save(saved);
      Model again = FakeNetwork.open(saved).model("again", new ByteTokenizer());
      try (Model reopened = backend.initializeForInference(again)) {
        assertThat(reopened.engine().forward(batch, Output.LOGITS))
            .isEqualTo(model.engine().forward(batch, Output.LOGITS));
      }
    }
  }

  @Test
  void refusesHeadsAndSettingsThatItCannotHonour() {
    Model masked = FakeNetwork.of(7, 9).withHead(Head.MASKED_LM).model("m", new ByteTokenizer());
    assertThatThrownBy(() -> backend.initializeForInference(masked))
        .isInstanceOf(UnsupportedFeatureException.class)
        .hasMessage(
            "head: MASKED_LM (expected: one of [CAUSAL_LM, VALUE, SEQUENCE_CLASSIFICATION,"
                + " POOLED_EMBEDDING])");
    FinetuneSpec checkpointing = FinetuneSpec.steps(1).gradientCheckpointing(true);
    assertThatThrownBy(() -> backend.initialize(network(), checkpointing))
        .isInstanceOf(UnsupportedFeatureException.class)
        .hasMessage("gradient checkpointing: true (expected: false with fake engines)");
  }
}
