package dev.tenon.modelinterface.sft;

import dev.tenon.model.Output;
import dev.tenon.model.OutputRequest;
import dev.tenon.objective.BatchField;
import dev.tenon.objective.Objective;
import dev.tenon.tensor.DType;
import dev.tenon.tensor.FieldKind;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** The objective of supervised fine-tuning; its text lies beside this class. */
final class SftObjective {
  static final Objective VALUE =
      Objective.of(
          "sft",
          OutputRequest.of(Output.TOKEN_LOGPROBS),
          List.of(new BatchField("loss_mask", FieldKind.TOKEN, DType.BOOL)),
          text());

  private SftObjective() {}

  private static String text() {
    try (InputStream stream = SftObjective.class.getResourceAsStream("sft.torchscript")) {
      if (stream == null) {
        throw new IllegalStateException("sft.torchscript: missing (expected: a file of this jar)");
      }
      return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
