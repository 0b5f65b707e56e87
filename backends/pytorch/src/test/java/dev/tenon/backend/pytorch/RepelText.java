package dev.tenon.backend.pytorch;

import dev.tenon.model.Output;
import dev.tenon.model.OutputRequest;
import dev.tenon.objective.BatchField;
import dev.tenon.objective.Objective;
import dev.tenon.objective.TextObjective;
import dev.tenon.tensor.DType;
import dev.tenon.tensor.FieldKind;
import java.util.List;

/** An objective in which the items of a batch meet. */
final class RepelText {
  /** Every item's mean log p pushes every other's away, so the items must meet and keep order. */
  static final String TEXT =
      """
      def weight(self, batch: Dict[str, Tensor], hp: Dict[str, float]) -> Tensor:
        return torch.sum(torch.ones_like(batch["lengths"]).float())
      def loss(self, out: Dict[str, Tensor], batch: Dict[str, Tensor], hp: Dict[str, float]) -> Dict[str, Tensor]:
        s = torch.index_add(torch.zeros([batch["lengths"].size(0)]), 0, batch["next_token_sequence"], out["token_logprobs"])
        m = s / batch["lengths"].float()
        rank = torch.arange(batch["lengths"].size(0))
        return {"loss": -torch.sum(rank * torch.log_softmax(m * hp["sharpness"], 0)), "mean": torch.sum(m)}
      """;

  private RepelText() {}

  /** An objective of that name, with that text or one made from it. */
  static TextObjective objective(String text) {
    return Objective.of(
        "mine",
        OutputRequest.of(Output.TOKEN_LOGPROBS),
        List.of(new BatchField("loss_mask", FieldKind.TOKEN, DType.BOOL)),
        text);
  }
}
