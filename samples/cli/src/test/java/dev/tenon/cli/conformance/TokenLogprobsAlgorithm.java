package dev.tenon.cli.conformance;

import dev.tenon.model.Model;
import dev.tenon.model.Output;
import dev.tenon.model.OutputRequest;
import dev.tenon.spec.FinetuneSpec;
import dev.tenon.tensor.NamedArray;
import dev.tenon.tensor.TensorData;
import java.util.List;

/**
 * {@code token_logprobs}: rows [B, T], run as one sequence of B * T tokens whose row starts are
 * masked.
 */
record TokenLogprobsAlgorithm() implements Algorithm {
  @Override
  public String name() {
    return "token_logprobs";
  }

  @Override
  public List<Finding> run(AlgorithmFile file, AlgorithmCase each) {
    TensorData mask = file.input("attention_mask");
    int columns = (int) mask.shape().dim(1);
    OutputRequest request =
        OutputRequest.of(Output.TOKEN_LOGPROBS, Output.ENTROPY)
            .withTemperature(each.param("temperature", 1));
    NamedArray batch =
        Tables.sequence(file.input("input_ids").toLongs())
            .with("output_mask", targets(mask.toLongs(), columns));
    try (Model model = Tables.start(TableNetwork.of(file.input("logits")), FinetuneSpec.steps(1))) {
      NamedArray outputs = model.engine().forward(batch, request);
      return List.of(
          each.compare("logprobs", rows(outputs.get("token_logprobs"), columns)),
          each.compare("entropy", rows(outputs.get("entropy"), columns)));
    }
  }

  private static TensorData targets(long[] mask, int columns) {
    boolean[] targets = new boolean[mask.length];
    for (int i = 0; i < mask.length; i++) {
      targets[i] = mask[i] == 1 && i % columns > 0;
    }
    return TensorData.ofBooleans(targets, targets.length);
  }

  /**
   * [B * T - 1] to [B, T - 1], flat: the entry that predicts the next row's first token belongs to
   * no row.
   */
  private static double[] rows(TensorData packed, int columns) {
    double[] all = Tables.doubles(packed);
    double[] rows = new double[(all.length + 1) / columns * (columns - 1)];
    int at = 0;
    for (int i = 0; i < all.length; i++) {
      if (i % columns < columns - 1) {
        rows[at++] = all[i];
      }
    }
    return rows;
  }
}
