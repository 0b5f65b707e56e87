package dev.tenon.backend.testkit.objectives;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.tenon.objective.LossFunction;
import dev.tenon.tensor.NamedArray;
import dev.tenon.tensor.TensorData;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;

/**
 * An objective on given outputs, and what an independent program computes for it.
 *
 * @param name file and parameters
 * @param objective with the case's hyper-parameters
 * @param outputs what the network is taken to have computed
 * @param batch the fields that the objective reads, and {@code input_ids}
 * @param loss Σ / weight
 * @param means statistics divided by the weight
 * @param gradients of Σ / weight by output, F64; empty where they are not compared
 * @param vetoed whether the update is to be skipped; then loss and gradients are not compared
 * @param error largest difference of the same computation in float32
 */
public record GoldenCase(
    String name,
    TwinnedObjective objective,
    NamedArray outputs,
    NamedArray batch,
    double loss,
    Map<String, Double> means,
    Map<String, TensorData> gradients,
    boolean vetoed,
    double error) {
  /** Copies. */
  public GoldenCase {
    means = Map.copyOf(means);
    gradients = Map.copyOf(gradients);
  }

  /** Every case. */
  public static Stream<GoldenCase> all() {
    return Stream.of(
            SequenceCases.rewards(),
            SequenceCases.negatives(),
            TokenCases.dpo(),
            TokenCases.ppo(),
            TokenCases.grpo(),
            TokenCases.sft())
        .flatMap(x -> x);
  }

  /**
   * Runs a loss on the outputs and compares; a runtime of texts is tested so.
   *
   * @param function computes the objective's loss, for example by running its text in f32; the
   *     tolerance is ten times what f32 does to the same computation
   */
  public void check(LossFunction function) {
    LossFunction.Loss found = function.compute(outputs, batch);
    Map<String, Double> statistics = new LinkedHashMap<>();
    statistics.put("loss", found.sum() / found.weight());
    statistics.put("weight", found.weight());
    statistics.putAll(found.statistics());
    means.forEach(
        (statistic, mean) ->
            assertThat(Objects.requireNonNull(statistics.get(statistic)) / found.weight())
                .as(statistic)
                .isCloseTo(mean, within(tolerance())));
    assertThat(function.veto(statistics)).as("veto").isEqualTo(vetoed);
    if (!vetoed) {
      assertThat(found.sum() / found.weight()).isCloseTo(loss, within(tolerance()));
      gradients.forEach((output, expected) -> checkGradient(found, output, expected));
    }
  }

  private double tolerance() {
    return 10 * error + 1e-6;
  }

  private void checkGradient(LossFunction.Loss found, String output, TensorData expected) {
    TensorData gradient = Objects.requireNonNull(found.gradients().get(output), output);
    assertThat(gradient.shape()).isEqualTo(expected.shape());
    for (int i = 0; i < expected.size(); i++) {
      assertThat(gradient.getDouble(i) / found.weight())
          .as("gradient of %s, element %d", output, i)
          .isCloseTo(expected.getDouble(i), within(tolerance()));
    }
  }

  /** The name. */
  @Override
  public String toString() {
    return name;
  }
}
