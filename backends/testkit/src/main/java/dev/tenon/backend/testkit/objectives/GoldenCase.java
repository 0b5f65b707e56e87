package dev.tenon.backend.testkit.objectives;

import dev.tenon.tensor.NamedArray;
import dev.tenon.tensor.TensorData;
import java.util.Map;
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

  /** The name. */
  @Override
  public String toString() {
    return name;
  }
}
