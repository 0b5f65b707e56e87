package dev.tenon.checkpoint;

import dev.tenon.error.InvalidInputException;
import dev.tenon.internal.Problems;
import dev.tenon.spec.Precision;

/**
 * Weights with fewer bits, ready for one precision of inference. Their tensors are not a network's
 * parameters but what its program makes of them: for a part {@code embed}, {@code layers.<n>} or
 * {@code head} and a projection {@code p} of it, {@code <part>.p.codes} and {@code
 * <part>.p.scales}; {@code <part>.plain.<name>} for what stays a tensor; {@code embed.<key>} in
 * BF16. Immutable; as safe for threads as the tensors.
 *
 * @param precision INT8 or INT4
 * @param tensors the parts
 */
public record QuantizedWeights(Precision precision, Weights tensors) {
  /** Checks. */
  public QuantizedWeights {
    if (precision != Precision.INT8 && precision != Precision.INT4) {
      throw new InvalidInputException(
          Problems.problem("precision of quantized weights", precision, "INT8 or INT4"));
    }
  }
}
