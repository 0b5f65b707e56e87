package dev.tenon.cli.conformance;

import dev.tenon.model.Model;
import dev.tenon.spec.FinetuneSpec;
import dev.tenon.spec.Schedule;
import dev.tenon.tensor.TensorData;
import java.util.List;
import java.util.Locale;

/**
 * {@code lr_schedules}: the rate that an engine reports for each step of a run. It is f64, so the
 * tolerance is f64's.
 */
record LrSchedulesAlgorithm() implements Algorithm {
  private static final double RELATIVE = 1e-10;

  @Override
  public String name() {
    return "lr_schedules";
  }

  @Override
  public List<Finding> run(AlgorithmFile file, AlgorithmCase each) {
    double peak = each.params().number("lr");
    long total = (long) each.params().number("total");
    Schedule.Kind kind = Schedule.Kind.valueOf(each.params().text("kind").toUpperCase(Locale.ROOT));
    Schedule schedule =
        new Schedule(kind, (long) each.param("warmup", 0), each.param("min_lr_ratio", 0));
    TensorData ones = TensorData.ofFloats(new float[] {1, 1}, 1, 2);
    double[] rates = new double[(int) total];
    FinetuneSpec spec = FinetuneSpec.steps(total).learningRate(peak).schedule(schedule);
    try (Model model = Tables.start(TableNetwork.of(ones), spec)) {
      for (int step = 0; step < total; step++) {
        rates[step] =
            model
                .trainEngine()
                .trainBatch(GivenGradient.batch(ones), GivenGradient.OBJECTIVE)
                .get("learning_rate");
      }
    }
    return List.of(each.withTolerance(RELATIVE * peak).compare("lr", rates));
  }
}
