package dev.tenon.backend.pytorch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenon.backend.testkit.LeakExtension;
import dev.tenon.error.InvalidInputException;
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
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class ObjectiveErrorsTest {
  @RegisterExtension static final LeakExtension LEAKS = NativeLeaks.extension();

  private static final String TEXT = RepelText.TEXT;
  private static final String FITS =
      " (expected: a loss that fits the outputs and fields it names)";
  private static final String HEAD =
      "\ndef veto(self, stats: Dict[str, Tensor], hp: Dict[str, float])";

  private final NamedArray batch = TinyLlama.batch(3, 9, 4, 7);

  @Test
  void aTextThatDoesNotCompileNamesLineAndColumnAsWritten() {
    String unknown = TEXT.replace("torch.log_softmax", "torch.log_sofmax");
    String reason =
        "Unknown builtin op: aten::log_sofmax. Here are some suggestions: aten::log_softmax"
            + " aten::_log_softmax (expected: TorchScript that compiles)";
    fails(unknown, "objective mine, line 7, column 37: " + reason);
    fails(unknown.indent(4), "objective mine, line 7, column 41: " + reason);
    fails(
        TEXT + "\n\n" + HEAD + " -> bool:\n  return stats[0]\n",
        "objective mine, line 12, column 10: ");
    fails(TEXT + "def veto(self, stats: Dict[str, Tensor]\n", "objective mine: expected )");
  }

  @Test
  void aTextThatFailsNamesItsLine() {
    fails(
        changed("out[\"token_logprobs\"]", "out[\"x\"]"),
        "objective mine, line 4: KeyError: x" + FITS);
    fails(changed("hp[\"sharpness\"]", "hp[\"y\"]"), "objective mine, line 7: KeyError: y" + FITS);
    fails(
        changed("hp[\"sharpness\"]", "torch.ones([3])"),
        "objective mine, line 7: The size of tensor a (2) must match the size of tensor b (3)");
    fails(
        TEXT + HEAD + " -> bool:\n  return float(stats[\"kl\"]) > 0.\n",
        "objective mine, line 10: KeyError: kl (expected: a veto that fits");
    fails(
        changed(
            "batch: Dict[str, Tensor], hp: Dict[str, float]) -> Tensor",
            "batch: Dict[str, Tensor]) -> Tensor"),
        "objective mine: Expected at most 2 argument(s) for operator 'weight'");
  }

  @Test
  void whatATextReturnsIsChecked() {
    fails(
        changed("\"loss\":", "\"los\":"),
        "result of loss of objective mine: [los, mean] (expected: \"loss\" among its keys)");
    fails(
        changed("-torch.sum(rank", "-(rank").replace("\"mean\": torch.sum(m)", "\"mean\": m"),
        "loss of objective mine: shape [2] (expected: a scalar, shape []);"
            + " mean of objective mine: shape [2] (expected: a scalar, shape [])");
    fails(
        changed("torch.sum(rank", "torch.count_nonzero(rank"),
        "loss of objective mine: I64 (expected: a float type)");
    fails(
        changed("\"mean\":", "\"grad_norm\":"),
        "statistic of objective mine: grad_norm (expected: a name other than [grad_norm,"
            + " learning_rate, loss_scale, skipped, vetoed, weight])");
    fails(
        TEXT.replace("return torch.sum(torch.ones", "return (torch.ones"),
        "weight of objective mine: shape [2] (expected: a scalar, shape [])");
    fails(
        TEXT + HEAD + " -> Tensor:\n  return stats[\"loss\"]\n",
        "veto of objective mine: Tensor (expected: bool)");
  }

  private static String changed(String from, String to) {
    return TEXT.replace(from, to);
  }

  private void fails(String text, String message) {
    TextObjective objective =
        RepelText.objective(text).withHyperParameters(Map.of("sharpness", 1.0));
    fails(objective, message);
    fails(objective.asCoupled(), message);
  }

  /** A failing objective leaves an engine that trains on as if it had not been there. */
  private void fails(Objective objective, String message) {
    try (Model model =
        new PyTorchBackend().initialize(TinyLlama.create(true), FinetuneSpec.steps(1))) {
      Map<String, TensorData> before = Gradients.parameters(model);
      assertThatThrownBy(() -> model.trainEngine().trainBatch(batch, objective))
          .isInstanceOf(InvalidInputException.class)
          .hasMessageStartingWith(message);
      assertThatThrownBy(() -> model.engine().evalBatch(batch, objective))
          .isInstanceOf(InvalidInputException.class)
          .hasMessageStartingWith(message);
      assertThat(Gradients.parameters(model)).isEqualTo(before);
      assertThat(model.trainEngine().trainBatch(batch, TinyLlama.crossEntropy()).get("loss"))
          .isFinite();
    }
  }

  @Test
  @SuppressWarnings("NullAway") // The caller's code may not be checked for null.
  void whatAnObjectiveInJavaReturnsIsChecked() {
    fails(
        java((outputs, given) -> null),
        "result of objective mine: null (expected: a LossFunction.Loss)");
    TensorData wrong = TensorData.ofDoubles(new double[17], 17);
    fails(
        java(
            (outputs, given) ->
                new Loss(
                    1, 1, Map.of("values", wrong, "token_logprobs", wrong), Map.of("loss", 1.0))),
        "statistics of objective mine: loss (expected: other names); gradient");
    fails(
        java((outputs, given) -> new Loss(1, 1, Map.of("token_logprobs", wrong), Map.of())),
        "gradient token_logprobs of objective mine: F64 [17] (expected: F32 [17])");
    fails(
        java((outputs, given) -> new Loss(1, 0, Map.of(), Map.of())),
        "weight of objective mine: 0.0 (expected: > 0 over the whole batch)");
    fails(
        java((outputs, given) -> new Loss(1, 1, Map.of(), Map.of("vetoed", 1.0))),
        "statistic of objective mine: vetoed");
  }

  private static Objective java(LossFunction function) {
    return Objective.java("mine", OutputRequest.of(Output.TOKEN_LOGPROBS), function);
  }

  @Test
  void whatAnObjectiveInJavaThrowsPasses() {
    IllegalStateException thrown = new IllegalStateException("mine");
    Objective objective =
        java(
            (outputs, given) -> {
              throw thrown;
            });
    try (Model model =
        new PyTorchBackend().initialize(TinyLlama.create(true), FinetuneSpec.steps(1))) {
      assertThatThrownBy(() -> model.trainEngine().trainBatch(batch, objective)).isSameAs(thrown);
      assertThat(model.trainEngine().version()).isZero();
      model.trainEngine().trainBatch(batch, TinyLlama.crossEntropy());
    }
  }
}
