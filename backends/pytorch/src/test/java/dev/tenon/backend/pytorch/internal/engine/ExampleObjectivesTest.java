package dev.tenon.backend.pytorch.internal.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.tenon.backend.pytorch.NativeLeaks;
import dev.tenon.backend.pytorch.internal.TorchBridge;
import dev.tenon.backend.testkit.LeakExtension;
import dev.tenon.backend.testkit.objectives.ExampleBatches;
import dev.tenon.backend.testkit.objectives.ExampleObjectives;
import dev.tenon.backend.testkit.objectives.GoldenCase;
import dev.tenon.backend.testkit.objectives.TwinnedObjective;
import dev.tenon.model.Output;
import dev.tenon.objective.LossFunction;
import dev.tenon.objective.LossFunction.Loss;
import dev.tenon.objective.TextObjective;
import dev.tenon.tensor.FieldKind;
import dev.tenon.tensor.NamedArray;
import dev.tenon.tensor.TensorData;
import java.util.Random;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The texts of the examples through libtorch, on outputs given from outside. */
class ExampleObjectivesTest {
  @RegisterExtension static final LeakExtension LEAKS = NativeLeaks.extension();

  private static final int HIDDEN = 5;

  static Stream<GoldenCase> goldenCases() {
    return GoldenCase.all();
  }

  static Stream<TwinnedObjective> examples() {
    return ExampleObjectives.all().stream();
  }

  private static void withText(TwinnedObjective objective, Consumer<LossFunction> test) {
    TorchBridge bridge = TorchBridge.start();
    TextObjective text = objective.text();
    try (ObjectiveProgram program = new ObjectiveProgram(bridge, text)) {
      test.accept(new TextLoss(bridge, program, text));
    }
  }

  @ParameterizedTest
  @MethodSource("goldenCases")
  void aTextGivesTheGoldenNumbers(GoldenCase golden) {
    withText(golden.objective(), golden::check);
  }

  /** Sums of at most a hundred f32 terms of order 1: 100 * 6e-8. */
  @ParameterizedTest
  @MethodSource("examples")
  void aTextGivesWhatItsTwinGives(TwinnedObjective objective) {
    withText(
        objective,
        text -> {
          for (long seed = 0; seed < 5; seed++) {
            NamedArray batch = ExampleBatches.random(seed, 11, 4, 2, 6);
            NamedArray outputs = outputs(objective, batch, seed);
            Loss found = text.compute(outputs, batch);
            Loss expected = objective.function().compute(outputs, batch);
            assertThat(found.sum()).isCloseTo(expected.sum(), within(1e-5 * expected.weight()));
            assertThat(found.weight()).isEqualTo(expected.weight());
            assertThat(found.statistics().keySet()).isEqualTo(expected.statistics().keySet());
            expected
                .statistics()
                .forEach(
                    (name, value) ->
                        assertThat(found.statistics().get(name))
                            .as(name)
                            .isCloseTo(value, within(1e-5 * expected.weight())));
            expected.gradients().forEach((name, x) -> assertClose(found, name, x));
          }
        });
  }

  private static void assertClose(Loss found, String name, TensorData expected) {
    TensorData gradient = found.gradients().get(name);
    assertThat(gradient.shape()).isEqualTo(expected.shape());
    for (int i = 0; i < expected.size(); i++) {
      assertThat(gradient.getDouble(i)).as(name).isCloseTo(expected.getDouble(i), within(2e-5));
    }
  }

  private static NamedArray outputs(TwinnedObjective objective, NamedArray batch, long seed) {
    Random random = new Random(seed);
    NamedArray.Builder fields = NamedArray.builder(batch.items());
    for (Output output : objective.text().outputs().outputs()) {
      int rows = (int) batch.items().entries(output.kind());
      int width = output == Output.HIDDEN ? HIDDEN : 1;
      float[] values = new float[rows * width];
      for (int i = 0; i < values.length; i++) {
        float x = random.nextFloat();
        values[i] = output.kind() == FieldKind.NEXT_TOKEN ? -3 * x - 0.5f : 4 * x - 2;
      }
      long[] dims = width == 1 ? new long[] {rows} : new long[] {rows, width};
      fields.put(output.field(), output.kind(), TensorData.ofFloats(values, dims));
    }
    return fields.build();
  }
}
