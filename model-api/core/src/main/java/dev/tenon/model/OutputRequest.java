package dev.tenon.model;

import dev.tenon.error.InvalidInputException;
import dev.tenon.internal.Problems;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * Which outputs to compute.
 *
 * @param outputs at least one; only these cost anything
 * @param temperature divides the logits before TOKEN_LOGPROBS and ENTROPY; &gt; 0, 1 leaves them
 */
public record OutputRequest(Set<Output> outputs, double temperature) {
  /** Copies and checks. */
  public OutputRequest {
    Problems problems = new Problems();
    problems.check(!outputs.isEmpty(), "outputs", outputs, "at least one");
    problems.check(
        temperature > 0 && temperature < Double.POSITIVE_INFINITY,
        "temperature",
        temperature,
        "> 0");
    problems.throwIfAny(InvalidInputException::new);
    outputs = Collections.unmodifiableSet(EnumSet.copyOf(outputs));
  }

  /** A request at temperature 1. */
  public static OutputRequest of(Output... outputs) {
    return new OutputRequest(Set.copyOf(List.of(outputs)), 1);
  }

  /** The same outputs at another temperature. */
  public OutputRequest withTemperature(double value) {
    return new OutputRequest(outputs, value);
  }
}
