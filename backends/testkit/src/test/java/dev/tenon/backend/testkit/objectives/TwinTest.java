package dev.tenon.backend.testkit.objectives;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.tenon.objective.LossFunction;
import dev.tenon.tensor.FieldKind;
import dev.tenon.tensor.NamedArray;
import dev.tenon.tensor.TensorData;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class TwinTest {
  private static final int HIDDEN = 5;

  static Stream<GoldenCase> goldenCases() {
    return GoldenCase.all();
  }

  @ParameterizedTest
  @MethodSource("goldenCases")
  void aTwinGivesTheGoldenNumbers(GoldenCase golden) {
    golden.check(golden.objective().function());
  }

  static Stream<TwinnedObjective> examples() {
    return ExampleObjectives.all().stream();
  }

  /** A stand-in for the network: random F64 outputs. */
  private static NamedArray outputs(TwinnedObjective objective, NamedArray batch, long seed) {
    Random random = new Random(seed);
    NamedArray.Builder fields = NamedArray.builder(batch.items());
    objective
        .text()
        .outputs()
        .outputs()
        .forEach(
            output -> {
              int rows = (int) batch.items().entries(output.kind());
              int width = output.field().equals("hidden") ? HIDDEN : 1;
              double[] values =
                  random
                      .doubles((long) rows * width)
                      .map(x -> output.kind() == FieldKind.NEXT_TOKEN ? -3 * x - 0.5 : 4 * x - 2)
                      .toArray();
              long[] dims = width == 1 ? new long[] {rows} : new long[] {rows, width};
              fields.put(output.field(), output.kind(), TensorData.ofDoubles(values, dims));
            });
    return fields.build();
  }

  /** Central differences in float64, step 1e-6: about 1e-9; the gradients themselves are F32. */
  @ParameterizedTest
  @MethodSource("examples")
  void gradientsAreThoseOfFiniteDifferences(TwinnedObjective objective) {
    for (long seed = 0; seed < 3; seed++) {
      NamedArray batch = ExampleBatches.random(seed, 11, 3, 2, 5);
      NamedArray outputs = outputs(objective, batch, seed);
      LossFunction twin = objective.function();
      LossFunction.Loss loss = twin.compute(outputs, batch);
      for (String name : outputs.names()) {
        TensorData gradient = loss.gradients().get(name);
        double[] values = outputs.get(name).toDoubles();
        for (int i = 0; i < values.length; i++) {
          double slope =
              (moved(twin, outputs, batch, name, i, 1e-6)
                      - moved(twin, outputs, batch, name, i, -1e-6))
                  / 2e-6;
          assertThat(gradient.getDouble(i))
              .as("%s %s[%d] of seed %d", objective.name(), name, i, seed)
              .isCloseTo(slope, within(1e-6 + 1e-6 * Math.abs(slope)));
        }
      }
    }
  }

  private static double moved(
      LossFunction twin, NamedArray outputs, NamedArray batch, String name, int i, double by) {
    TensorData output = outputs.get(name);
    double[] values = output.toDoubles();
    values[i] += by;
    TensorData changed = TensorData.ofDoubles(values, output.shape().toArray());
    return twin.compute(outputs.with(name, outputs.kind(name), changed), batch).sum();
  }

  /** What lets an engine call it per micro-batch. */
  @ParameterizedTest
  @MethodSource("examples")
  void exceptForCoupledOnesTheWholeIsTheSumOfItsParts(TwinnedObjective objective) {
    NamedArray batch = ExampleBatches.random(7, 11, 6, 2, 5);
    NamedArray outputs = outputs(objective, batch, 7);
    LossFunction twin = objective.function();
    LossFunction.Loss whole = twin.compute(outputs, batch);
    double sum = 0;
    double weight = 0;
    for (List<Integer> part : List.of(List.of(0, 1, 2, 3), List.of(4), List.of(5))) {
      LossFunction.Loss loss = twin.compute(outputs.select(part), batch.select(part));
      sum += loss.sum();
      weight += loss.weight();
    }
    assertThat(weight).isEqualTo(whole.weight());
    if (objective.text().coupled()) {
      assertThat(Math.abs(sum - whole.sum())).isGreaterThan(0.1);
    } else {
      assertThat(sum).isCloseTo(whole.sum(), within(1e-12 * Math.abs(whole.sum())));
    }
  }
}
