package dev.tenon.nn.family.decoder;

import dev.tenon.error.InvalidInputException;
import dev.tenon.internal.Problems;

/**
 * How rotary angles are stretched for contexts longer than those of the pretraining: the rope types
 * of transformers' modeling_rope_utils, in its F32 steps. Immutable.
 */
public sealed interface RopeScaling {
  /**
   * Angle per position of each pair.
   *
   * @param theta the base
   * @param headDim D, even
   * @return D/2 values in radians
   */
  float[] inverseFrequencies(double theta, int headDim);

  /** What cosines and sines are multiplied with. */
  default double attentionScaling() {
    return 1;
  }

  /**
   * Tokens of the longest sequence: {@code max_position_embeddings}, or what it was stretched to
   * where a configuration keeps the context of the pretraining there (vicuna-16k: 4096, linear, 4).
   */
  default int positions(int maxPositionEmbeddings) {
    return maxPositionEmbeddings;
  }

  private static int stretched(int positions, double factor, int atLeast) {
    return (int) Math.max(atLeast, Math.min(positions * factor, Integer.MAX_VALUE));
  }

  private static void checkFactor(Problems problems, double factor) {
    problems.check(
        factor > 0 && Double.isFinite(factor), "rope factor", factor, "a finite number > 0");
  }

  private static void checkOriginal(Problems problems, int positions) {
    problems.check(positions > 0, "original_max_position_embeddings", positions, "> 0");
  }

  /**
   * Type {@code linear}: all angles are divided.
   *
   * @param factor the divisor
   */
  record Linear(double factor) implements RopeScaling {
    /** Checks the factor. */
    public Linear {
      Problems problems = new Problems();
      checkFactor(problems, factor);
      problems.throwIfAny(InvalidInputException::new);
    }

    @Override
    public int positions(int maxPositionEmbeddings) {
      return stretched(maxPositionEmbeddings, factor, maxPositionEmbeddings);
    }

    @Override
    public float[] inverseFrequencies(double theta, int headDim) {
      float[] inverse = Rope.inverse(Rope.powers(theta, headDim));
      for (int i = 0; i < inverse.length; i++) {
        inverse[i] /= (float) factor;
      }
      return inverse;
    }
  }

  /**
   * Type {@code dynamic}: the base grows with the longest sequence of a pass, from {@code
   * max_position_embeddings} on. Up to there these are its angles; engines refuse longer sequences,
   * whose angles would depend on what shares their batch.
   *
   * @param factor of the growth
   * @param maxPositionEmbeddings where it begins, in tokens
   */
  record Dynamic(double factor, int maxPositionEmbeddings) implements RopeScaling {
    /** Checks the factor. */
    public Dynamic {
      Problems problems = new Problems();
      checkFactor(problems, factor);
      problems.check(
          maxPositionEmbeddings > 0, "max_position_embeddings", maxPositionEmbeddings, "> 0");
      problems.throwIfAny(InvalidInputException::new);
    }

    @Override
    public float[] inverseFrequencies(double theta, int headDim) {
      double grown = factor * maxPositionEmbeddings / maxPositionEmbeddings - (factor - 1);
      double base = theta * Math.pow(grown, headDim / (headDim - 2.0));
      return Rope.inverse(Rope.powers(base, headDim));
    }
  }

  /**
   * Type {@code yarn} (Peng et al. 2023): slow pairs are interpolated, fast ones kept, between them
   * a ramp.
   *
   * @param factor the stretching
   * @param originalMaxPositionEmbeddings context length of the pretraining, in tokens
   * @param attentionFactor what cosines and sines are multiplied with
   * @param betaFast pairs that turn more often within the original context are kept
   * @param betaSlow pairs that turn less often are interpolated
   * @param truncate whether the ramp begins and ends at whole pairs
   */
  record Yarn(
      double factor,
      int originalMaxPositionEmbeddings,
      double attentionFactor,
      double betaFast,
      double betaSlow,
      boolean truncate)
      implements RopeScaling {
    /** Checks the numbers. */
    public Yarn {
      Problems problems = new Problems();
      checkFactor(problems, factor);
      checkOriginal(problems, originalMaxPositionEmbeddings);
      checkPositive(problems, "attention_factor", attentionFactor);
      checkPositive(problems, "beta_fast", betaFast);
      checkPositive(problems, "beta_slow", betaSlow);
      problems.throwIfAny(InvalidInputException::new);
    }

    private static void checkPositive(Problems problems, String key, double value) {
      problems.check(value > 0 && Double.isFinite(value), key, value, "a finite number > 0");
    }

    /** The paper's: {@code 0.1 mscale ln(factor) + 1}. */
    static double mscale(double factor, double mscale) {
      return factor <= 1 ? 1 : 0.1 * mscale * Math.log(factor) + 1;
    }

    @Override
    public int positions(int maxPositionEmbeddings) {
      return stretched(originalMaxPositionEmbeddings, factor, maxPositionEmbeddings);
    }

    @Override
    public double attentionScaling() {
      return attentionFactor;
    }

    @Override
    public float[] inverseFrequencies(double theta, int headDim) {
      double low = Math.max(pair(betaFast, theta, headDim, false), 0);
      double high = Math.min(pair(betaSlow, theta, headDim, true), headDim - 1);
      float width = (float) ((low == high ? high + 0.001 : high) - low);
      float[] powers = Rope.powers(theta, headDim);
      float[] inverse = new float[powers.length];
      for (int i = 0; i < powers.length; i++) {
        float ramp = Math.min(Math.max((i - (float) low) / width, 0), 1);
        float kept = 1 - ramp;
        inverse[i] = 1f / ((float) factor * powers[i]) * (1 - kept) + 1f / powers[i] * kept;
      }
      return inverse;
    }

    /** The pair that turns so often within the original context. */
    private double pair(double turns, double theta, int headDim, boolean up) {
      double pair =
          headDim
              * Math.log(originalMaxPositionEmbeddings / (turns * 2 * Math.PI))
              / (2 * Math.log(theta));
      if (!truncate) {
        return pair;
      }
      return up ? Math.ceil(pair) : Math.floor(pair);
    }
  }

  /**
   * Type {@code llama3}: wavelengths beyond the original context are stretched by a factor, those
   * far below it are kept, those between are interpolated.
   *
   * @param factor the stretching
   * @param lowFreqFactor wavelengths above original / lowFreqFactor are stretched
   * @param highFreqFactor wavelengths below original / highFreqFactor are kept
   * @param originalMaxPositionEmbeddings context length of the pretraining, in tokens
   */
  record Llama3(
      double factor, double lowFreqFactor, double highFreqFactor, int originalMaxPositionEmbeddings)
      implements RopeScaling {
    /** Checks the numbers. */
    public Llama3 {
      Problems problems = new Problems();
      problems.check(
          factor >= 1 && Double.isFinite(factor), "rope factor", factor, "a finite number >= 1");
      problems.check(lowFreqFactor > 0, "low_freq_factor", lowFreqFactor, "> 0");
      problems.check(
          highFreqFactor > lowFreqFactor && Double.isFinite(highFreqFactor),
          "high_freq_factor",
          highFreqFactor,
          "finite and > low_freq_factor");
      checkOriginal(problems, originalMaxPositionEmbeddings);
      problems.throwIfAny(InvalidInputException::new);
    }

    @Override
    public float[] inverseFrequencies(double theta, int headDim) {
      float[] inverse = Rope.inverse(Rope.powers(theta, headDim));
      for (int i = 0; i < inverse.length; i++) {
        inverse[i] = apply(inverse[i]);
      }
      return inverse;
    }

    /** With the scalars as F32, as torch computes it. */
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
