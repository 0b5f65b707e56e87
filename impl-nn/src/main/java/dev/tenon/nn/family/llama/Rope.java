package dev.tenon.nn.family.llama;

import dev.tenon.error.InvalidInputException;
import dev.tenon.internal.Problems;
import java.util.Optional;

/**
 * Rotary position embedding (Su et al. 2021): which angle a position adds to each pair of a head's
 * dimensions.
 *
 * @param theta the base, {@code rope_theta}
 * @param scaling Llama 3's stretching of long wavelengths, if it is used
 */
public record Rope(double theta, Optional<Llama3Scaling> scaling) {
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
   * Angle per position of each pair, {@code theta^(-2i/D)}, in the F32 steps of transformers'
   * modeling_rope_utils ({@code _compute_default_rope_parameters}, {@code
   * _compute_llama3_parameters}).
   *
   * @param headDim D, even
   * @return D/2 values in radians
   */
  public float[] inverseFrequencies(int headDim) {
    float[] inverse = new float[headDim / 2];
    for (int i = 0; i < inverse.length; i++) {
      float exponent = (float) (2 * i) / headDim;
      float base = 1f / (float) Math.pow((float) theta, exponent);
      inverse[i] = scaling.map(x -> x.apply(base)).orElse(base);
    }
    return inverse;
  }

  /**
   * Rope type {@code llama3}: wavelengths beyond the original context are stretched by a factor,
   * those far below it are kept, those between are interpolated.
   *
   * @param factor the stretching
   * @param lowFreqFactor wavelengths above original / lowFreqFactor are stretched
   * @param highFreqFactor wavelengths below original / highFreqFactor are kept
   * @param originalMaxPositionEmbeddings context length of the pretraining, in tokens
   */
  public record Llama3Scaling(
      double factor,
      double lowFreqFactor,
      double highFreqFactor,
      int originalMaxPositionEmbeddings) {
    /** Checks the numbers. */
    public Llama3Scaling {
      Problems problems = new Problems();
      problems.check(
          factor >= 1 && Double.isFinite(factor), "rope factor", factor, "a finite number >= 1");
      problems.check(lowFreqFactor > 0, "low_freq_factor", lowFreqFactor, "> 0");
      problems.check(
          highFreqFactor > lowFreqFactor && Double.isFinite(highFreqFactor),
          "high_freq_factor",
          highFreqFactor,
          "finite and > low_freq_factor");
      problems.check(
          originalMaxPositionEmbeddings > 0,
          "original_max_position_embeddings",
          originalMaxPositionEmbeddings,
          "> 0");
      problems.throwIfAny(InvalidInputException::new);
    }

    /** In F32 with the scalars as F32, as torch computes it. */
    private float apply(float inverse) {
      float wavelength = (float) (2 * Math.PI) / inverse;
      if (wavelength < originalMaxPositionEmbeddings / highFreqFactor) {
        return inverse;
      }
      if (wavelength > originalMaxPositionEmbeddings / lowFreqFactor) {
        return inverse / (float) factor;
      }
      float smooth =
          (originalMaxPositionEmbeddings / wavelength - (float) lowFreqFactor)
              / (float) (highFreqFactor - lowFreqFactor);
      return (1 - smooth) * inverse / (float) factor + smooth * inverse;
    }
  }
}
