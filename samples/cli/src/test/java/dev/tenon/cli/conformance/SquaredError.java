package dev.tenon.cli.conformance;

import dev.tenon.model.Output;
import dev.tenon.model.OutputRequest;
import dev.tenon.objective.BatchField;
import dev.tenon.objective.TextObjective;
import dev.tenon.tensor.DType;
import dev.tenon.tensor.FieldKind;
import java.util.List;

/** Mean squared error of scores against {@code targets} (F32, sequence), as torch's MSELoss. */
public final class SquaredError {
  /** The objective. */
  public static final TextObjective OBJECTIVE =
      TextObjective.of(
          "squared_error",
          OutputRequest.of(Output.SCORES),
          List.of(new BatchField("targets", FieldKind.SEQUENCE, DType.F32)),
          """
          def weight(self, batch: Dict[str, Tensor], hp: Dict[str, float]) -> Tensor:
            return torch.sum(torch.ones_like(batch["targets"]))

          def loss(self, out: Dict[str, Tensor], batch: Dict[str, Tensor], hp: Dict[str, float]) -> Dict[str, Tensor]:
            return {"loss": torch.sum(torch.pow(out["scores"] - batch["targets"], 2))}
          """);

  private SquaredError() {}
}
