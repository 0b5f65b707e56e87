package dev.tenon.tensor;

/**
 * binary16 and bfloat16 to binary32 and back. Narrowing rounds to nearest, ties to even, as
 * hardware and torch do; NaN stays NaN, overflow becomes infinity.
 */
final class HalfPrecision {
  private HalfPrecision() {}

  /** The value of a binary16. */
  static float fromF16(short half) {
    int sign = (half & 0x8000) << 16;
    int exponent = (half >>> 10) & 0x1f;
    int mantissa = half & 0x3ff;
    if (exponent == 0x1f) {
      return Float.intBitsToFloat(sign | 0x7f800000 | mantissa << 13);
    }
    if (exponent != 0) {
      return Float.intBitsToFloat(sign | (exponent + 112) << 23 | mantissa << 13);
    }
    float subnormal = mantissa * 0x1p-24f;
    return sign == 0 ? subnormal : -subnormal;
  }

  /** The nearest binary16. */
  static short toF16(float value) {
    int bits = Float.floatToRawIntBits(value);
    int sign = (bits >>> 16) & 0x8000;
    int magnitude = bits & 0x7fffffff;
    if (magnitude > 0x7f800000) {
      return (short) (sign | 0x7e00);
    }
    if (magnitude >= 0x47800000) {
      return (short) (sign | 0x7c00);
    }
    if (magnitude < 0x38800000) {
      // Below 2^-14 a binary16 counts multiples of 2^-24; scaling is exact and rint ties to even.
      return (short) (sign | (int) Math.rint(Float.intBitsToFloat(magnitude) * 0x1p24));
    }
    // A carry out of the mantissa correctly steps the exponent, up to infinity.
    int rounded = magnitude - (112 << 23) + 0xfff + ((magnitude >>> 13) & 1);
    return (short) (sign | rounded >>> 13);
  }

  /** The value of a bfloat16. */
  static float fromBf16(short upper) {
    return Float.intBitsToFloat(upper << 16);
  }

  /** The nearest bfloat16. */
  static short toBf16(float value) {
    int bits = Float.floatToRawIntBits(value);
    if (Float.isNaN(value)) {
      return (short) ((bits >>> 16 & 0x8000) | 0x7fc0);
    }
    return (short) ((bits + 0x7fff + ((bits >>> 16) & 1)) >>> 16);
  }

  /**
   * A binary32 that rounds to the same binary16 and bfloat16 as the binary64 does: rounded to odd,
   * so that rounding twice equals rounding once (Boldo and Melquiond, 2008).
   */
  static float toOdd(double value) {
    float nearest = (float) value;
    if (nearest == value || Double.isNaN(value)) {
      return nearest;
    }
    int bits = Float.floatToRawIntBits(nearest);
    int truncated = Math.abs((double) nearest) > Math.abs(value) ? bits - 1 : bits;
    return Float.intBitsToFloat(truncated | 1);
  }
}
