package dev.tenon.modelinterface.sft;

import dev.tenon.model.Output;
import dev.tenon.model.OutputRequest;
import dev.tenon.modelinterface.internal.ObjectiveTexts;
import dev.tenon.objective.BatchField;
import dev.tenon.objective.Objective;
import dev.tenon.tensor.DType;
import dev.tenon.tensor.FieldKind;
import java.util.List;

/** The objective of supervised fine-tuning; its text lies beside this class. */
final class SftObjective {
  static final Objective VALUE =
      Objective.of(
          "sft",
          OutputRequest.of(Output.TOKEN_LOGPROBS),
          List.of(new BatchField("loss_mask", FieldKind.TOKEN, DType.BOOL)),
          ObjectiveTexts.read(SftObjective.class, "sft"));

  private SftObjective() {}
}
