package dev.tenon.nn.family.decoder;

import dev.tenon.error.InvalidInputException;
import dev.tenon.internal.Problems;
import java.util.Optional;

/**
 * Rotary position embedding (Su et al. 2021): which angle a position adds to each pair of a head's
 * dimensions.
 *
 * @param theta the base, {@code rope_theta}
 * @param scaling how the angles are stretched for longer contexts, if they are
 */
public record Rope(double theta, Optional<RopeScaling> scaling) {
  /** Checks the base. */
  public Rope {
    Problems problems = new Problems();
    problems.check(theta > 0 && Double.isFinite(theta), "rope_theta", theta, "a finite number > 0");
    problems.throwIfAny(InvalidInputException::new);
  }

  /** Without scaling. */
  public static Rope of(double theta) {
    return new Rope(theta, Optional.empty());
  }

  /**
   * Angle per position of each pair, {@code theta^(-2i/D)} before scaling, in the F32 steps of
   * transformers' modeling_rope_utils.
   *
   * @param headDim D, even
   * @return D/2 values in radians
   */
  public float[] inverseFrequencies(int headDim) {
    return scaling
        .map(x -> x.inverseFrequencies(theta, headDim))
        .orElseGet(() -> inverse(powers(theta, headDim)));
  }

  /** What cosines and sines are multiplied with: 1 but for yarn. */
  public double attentionScaling() {
    return scaling.map(RopeScaling::attentionScaling).orElse(1.0);
  }

  /** Tokens of the longest sequence. */
  int positions(int maxPositionEmbeddings) {
    return scaling.map(x -> x.positions(maxPositionEmbeddings)).orElse(maxPositionEmbeddings);
  }

  /** Whether its formula divides by D - 2. */
  boolean needsWideHeads() {
    return scaling.filter(RopeScaling.Dynamic.class::isInstance).isPresent();
  }

  /** {@code theta^(2i/D)} in F32. */
  static float[] powers(double theta, int headDim) {
    float[] powers = new float[headDim / 2];
    for (int i = 0; i < powers.length; i++) {
      powers[i] = (float) Math.pow((float) theta, (float) (2 * i) / headDim);
    }
    return powers;
  }

  /** One over each. */
  static float[] inverse(float[] values) {
    float[] inverse = new float[values.length];
    for (int i = 0; i < values.length; i++) {
      inverse[i] = 1f / values[i];
    }
    return inverse;
  }
}
