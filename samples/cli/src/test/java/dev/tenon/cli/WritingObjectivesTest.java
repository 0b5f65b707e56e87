package dev.tenon.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.tenon.backend.pytorch.PyTorchBackend;
import dev.tenon.backend.testkit.objectives.ExampleBatches;
import dev.tenon.backend.testkit.objectives.ExampleObjectives;
import dev.tenon.cli.conformance.Resources;
import dev.tenon.error.InvalidInputException;
import dev.tenon.model.Metrics;
import dev.tenon.model.Model;
import dev.tenon.model.Output;
import dev.tenon.model.OutputRequest;
import dev.tenon.nn.HfModels;
import dev.tenon.objective.BatchField;
import dev.tenon.objective.LossFunction;
import dev.tenon.objective.Objective;
import dev.tenon.objective.TextObjective;
import dev.tenon.spec.Arguments;
import dev.tenon.spec.FinetuneSpec;
import dev.tenon.spec.Schedule;
import dev.tenon.tensor.DType;
import dev.tenon.tensor.Device;
import dev.tenon.tensor.FieldKind;
import dev.tenon.tensor.NamedArray;
import dev.tenon.tensor.TensorData;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The examples of docs/writing-objectives.md stand in this file, compile and run. */
class WritingObjectivesTest {
  private static final String DOCUMENT = "docs/writing-objectives.md";

  private final NamedArray batch = ExampleBatches.random(1, 90, 3, 1, 9);
  private final NamedArray pairs = ExampleBatches.random(2, 90, 4, 2, 7);

  private static Model training(int microBatchTokens) {
    Model model =
        HfModels.registry()
            .create(
                "hf",
                "actor",
                Device.cpu(),
                Arguments.of("path", Resources.directory("families/llama")));
    FinetuneSpec spec =
        FinetuneSpec.steps(10)
            .learningRate(1e-3)
            .schedule(Schedule.constant(0))
            .microBatchTokens(microBatchTokens);
    return new PyTorchBackend().initialize(model, spec);
  }

  @Test
  void everyExampleStandsHere() throws IOException {
    DocumentExamples.standIn(WritingObjectivesTest.class, DOCUMENT, 3);
  }

  @Test
  void aTextWithAHyperParameter() throws IOException {
    try (Model model = training(4096)) {
      TextObjective focal =
          Objective.of(
                  "focal",
                  OutputRequest.of(Output.TOKEN_LOGPROBS),
                  List.of(new BatchField("loss_mask", FieldKind.TOKEN, DType.BOOL)),
                  """
                  def mask(self, batch: Dict[str, Tensor]) -> Tensor:
                    return torch.index_select(batch["loss_mask"], 0, batch["target_index"]).float()
                  def weight(self, batch: Dict[str, Tensor], hp: Dict[str, float]) -> Tensor:
                    return torch.sum(self.mask(batch))
                  def loss(self, out: Dict[str, Tensor], batch: Dict[str, Tensor], hp: Dict[str, float]) -> Dict[str, Tensor]:
                    logp = out["token_logprobs"]
                    m = self.mask(batch)
                    each = -torch.pow(1. - torch.exp(logp), hp["gamma"]) * logp
                    return {"loss": torch.sum(each * m), "surprise": -torch.sum(logp * m)}
                  """)
              .withHyperParameters(Map.of("gamma", 2.0));
      Metrics step = model.trainEngine().trainBatch(batch, focal);
      assertThat(model.engine().evalBatch(batch, focal).get("loss")).isLessThan(step.get("loss"));
      Metrics plain =
          model.engine().evalBatch(batch, focal.withHyperParameters(Map.of("gamma", 0.0)));
      Metrics sft = model.engine().evalBatch(batch, ExampleObjectives.sft().text());
      assertThat(plain.get("loss")).isCloseTo(sft.get("loss"), within(1e-5));
      assertThat(plain.get("surprise"))
          .isCloseTo(plain.get("loss") * plain.get("weight"), within(1e-3));
      fails(model, changed(focal, "torch.pow(", "torch.powr("), batch);
      fails(model, focal.withHyperParameters(Map.of("gama", 2.0)), batch);
      fails(model, focal, batch.without("loss_mask"));
      int tokens = (int) batch.items().tokens();
      TensorData none = TensorData.ofBooleans(new boolean[tokens], tokens);
      fails(model, focal, batch.with("loss_mask", none));
      fails(model, changed(focal, "torch.sum(each * m)", "each * m"), batch);
    }
  }

  private static TextObjective changed(TextObjective from, String what, String to) {
    return new TextObjective(
        from.name(),
        from.outputs(),
        from.fields(),
        from.hyperParameters(),
        from.text().replace(what, to),
        from.coupled());
  }

  /** The start of the message stands in the document. */
  private static void fails(Model model, TextObjective objective, NamedArray batch)
      throws IOException {
    String document = DocumentExamples.text(DOCUMENT);
    assertThatThrownBy(() -> model.trainEngine().trainBatch(batch, objective))
        .isInstanceOf(InvalidInputException.class)
        .satisfies(
            error ->
                assertThat(document.lines().filter(x -> x.contains("focal") && x.contains(": ")))
                    .as(error.getMessage())
                    .anyMatch(line -> error.getMessage().startsWith(line)));
  }

  @Test
  void coupledAndWithAVeto() {
    double[] losses = new double[2];
    for (int i = 0; i < 2; i++) {
      try (Model model = training(i == 0 ? 4096 : 1)) {
        TextObjective contrast =
            Objective.of(
                    "contrast",
                    OutputRequest.of(Output.HIDDEN),
                    List.of(),
                    """
                    def weight(self, batch: Dict[str, Tensor], hp: Dict[str, float]) -> Tensor:
                      return torch.max(batch["item_index"]).float() + 1.
                    def loss(self, out: Dict[str, Tensor], batch: Dict[str, Tensor], hp: Dict[str, float]) -> Dict[str, Tensor]:
                      x = out["hidden"]
                      sums = torch.zeros([batch["lengths"].size(0), x.size(1)], dtype=6, device=x.device)
                      sums = torch.index_add(sums, 0, batch["token_sequence"], x)
                      unit = sums / torch.norm(sums, 2, [1], True)
                      pair = torch.view(unit, [-1, 2, x.size(1)])
                      scores = torch.matmul(torch.select(pair, 1, 0), torch.t(torch.select(pair, 1, 1))) * hp["scale"]
                      right = torch.argmax(scores, 1) == torch.arange(scores.size(0), device=x.device)
                      return {"loss": torch.sum(torch.logsumexp(scores, [1]) - torch.diag(scores)), "right": torch.sum(right.float())}
                    def veto(self, stats: Dict[str, Tensor], hp: Dict[str, float]) -> bool:
                      return bool(stats["right"] >= stats["weight"] * hp["enough"])
                    """)
                .withHyperParameters(Map.of("scale", 10.0, "enough", 2.0))
                .asCoupled();
        Metrics contrasted = model.trainEngine().trainBatch(pairs, contrast);
        losses[i] = contrasted.get("loss");
        assertThat(contrasted.find("vetoed")).isEmpty();
        TextObjective easy = contrast.withHyperParameters(Map.of("scale", 10.0, "enough", 0.0));
        assertThat(model.trainEngine().trainBatch(pairs, easy).get("vetoed")).isEqualTo(1);
      }
    }
    assertThat(losses[1]).isCloseTo(losses[0], within(1e-5));
  }

  @Test
  void inJava() {
    try (Model model = training(4096)) {
      Objective explore =
          Objective.java(
              "explore",
              OutputRequest.of(Output.TOKEN_LOGPROBS, Output.ENTROPY),
              (outputs, given) -> {
                double[] logprobs = outputs.get("token_logprobs").toDoubles();
                double[] entropy = outputs.get("entropy").toDoubles();
                float[] byLogprob = new float[logprobs.length];
                float[] byEntropy = new float[logprobs.length];
                double sum = 0;
                for (int i = 0; i < logprobs.length; i++) {
                  sum -= logprobs[i] + 0.01 * entropy[i];
                  byLogprob[i] = -1;
                  byEntropy[i] = -0.01f;
                }
                return new LossFunction.Loss(
                    sum,
                    logprobs.length,
                    Map.of(
                        "token_logprobs", TensorData.ofFloats(byLogprob, byLogprob.length),
                        "entropy", TensorData.ofFloats(byEntropy, byEntropy.length)),
                    Map.of());
              });
      Metrics explored = model.trainEngine().trainBatch(batch, explore);
      assertThat(model.engine().evalBatch(batch, explore).get("loss"))
          .isLessThan(explored.get("loss"));
    }
  }
}
