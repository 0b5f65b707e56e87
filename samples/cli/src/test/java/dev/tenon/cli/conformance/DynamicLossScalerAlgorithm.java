package dev.tenon.cli.conformance;

import dev.tenon.spec.DynamicLossScaler;
import dev.tenon.tensor.TensorData;
import java.util.List;

/**
 * {@code dynamic_loss_scaler}: the scale of each step of a run in which some overflow. Every number
 * is a power of two, so nothing rounds.
 */
record DynamicLossScalerAlgorithm() implements Algorithm {
  @Override
  public String name() {
    return "dynamic_loss_scaler";
  }

  @Override
  public List<Finding> run(AlgorithmFile file, AlgorithmCase each) {
    DynamicLossScaler scaler = scaler(each.params());
    TensorData overflow = file.input("overflow");
    double[] scales = new double[(int) overflow.size()];
    int skipped = 0;
    DynamicLossScaler.State state = scaler.start();
    for (int step = 0; step < scales.length; step++) {
      scales[step] = state.scale();
      boolean skips = overflow.getBoolean(step);
      skipped += skips ? 1 : 0;
      state = scaler.next(state, skips);
    }
    return List.of(
        each.compare("scale_used", scales),
        each.compare("final", state.scale()),
        each.compare("steps_skipped", skipped));
  }

  private static DynamicLossScaler scaler(JsonObject params) {
    return new DynamicLossScaler(
        params.number("init_scale"),
        (int) params.number("window"),
        params.number("factor"),
        (int) params.number("hysteresis"),
        params.number("min_scale"),
        Boolean.TRUE.equals(params.values().get("consecutive_hysteresis")));
  }
}
