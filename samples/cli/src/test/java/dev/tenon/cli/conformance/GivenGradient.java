package dev.tenon.cli.conformance;

import dev.tenon.model.Output;
import dev.tenon.model.OutputRequest;
import dev.tenon.objective.BatchField;
import dev.tenon.objective.Objective;
import dev.tenon.tensor.DType;
import dev.tenon.tensor.FieldKind;
import dev.tenon.tensor.NamedArray;
import dev.tenon.tensor.TensorData;
import java.util.List;

/**
 * An objective whose gradient with respect to a table is any given tensor: the sum of logits times
 * that tensor.
 */
final class GivenGradient {
  private static final String FIELD = "given_gradient";
  private static final String TEXT =
      """
      def weight(self, batch: Dict[str, Tensor], hp: Dict[str, float]) -> Tensor:
        return torch.ones([])

      def loss(self, out: Dict[str, Tensor], batch: Dict[str, Tensor], hp: Dict[str, float]) -> Dict[str, Tensor]:
        return {"loss": (out["logits"] * batch["given_gradient"]).sum()}
      """;

  static final Objective OBJECTIVE =
      Objective.of(
          "given gradient",
          OutputRequest.of(Output.LOGITS),
          List.of(new BatchField(FIELD, FieldKind.TOKEN, DType.F32)),
          TEXT);

  private GivenGradient() {}

  /** The batch of one step; {@code gradient} is F32 [N, V], as the table. */
  static NamedArray batch(TensorData gradient) {
    long[] ids = new long[(int) gradient.shape().dim(0)];
    return Tables.sequence(ids).with(FIELD, FieldKind.TOKEN, gradient);
  }
}
