package dev.tenon.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;

class HalfPrecisionTest {
  @Test
  void everyBinary16SurvivesTheRoundTrip() {
    for (int bits = 0; bits < 0x10000; bits++) {
      float value = HalfPrecision.fromF16((short) bits);
      if (Float.isNaN(value)) {
        assertThat(HalfPrecision.toF16(value) & 0x7c00).isEqualTo(0x7c00);
        assertThat(HalfPrecision.toF16(value) & 0x3ff).isNotZero();
      } else {
        assertThat(HalfPrecision.toF16(value)).isEqualTo((short) bits);
      }
    }
  }

  @Test
  void everyBfloat16SurvivesTheRoundTrip() {
    for (int bits = 0; bits < 0x10000; bits++) {
      float value = HalfPrecision.fromBf16((short) bits);
      if (Float.isNaN(value)) {
        assertThat(HalfPrecision.fromBf16(HalfPrecision.toBf16(value))).isNaN();
      } else {
        assertThat(HalfPrecision.toBf16(value)).isEqualTo((short) bits);
      }
    }
  }

  @Test
  void knownValues() {
    assertThat(HalfPrecision.fromF16((short) 0x3c00)).isEqualTo(1f);
    assertThat(HalfPrecision.fromF16((short) 0x7bff)).isEqualTo(65504f);
    assertThat(HalfPrecision.fromF16((short) 0x0001)).isEqualTo(0x1p-24f);
    assertThat(HalfPrecision.toF16(65519.99f)).isEqualTo((short) 0x7bff);
    assertThat(HalfPrecision.toF16(65520f)).isEqualTo((short) 0x7c00);
    assertThat(HalfPrecision.toF16(0x1p-25f)).isZero();
    assertThat(HalfPrecision.toF16(Math.nextUp(0x1p-25f))).isEqualTo((short) 1);
    assertThat(HalfPrecision.toBf16(1f)).isEqualTo((short) 0x3f80);
    assertThat(HalfPrecision.toBf16(Float.MAX_VALUE)).isEqualTo((short) 0x7f80);
  }

  /**
   * Midpoints between two neighbours go to the one with an even last bit, anything beyond to the
   * nearer one.
   */
  @Test
  void tiesGoToEven() {
    for (int bits = 0; bits < 0x7bff; bits++) {
      double low = HalfPrecision.fromF16((short) bits);
      double high = HalfPrecision.fromF16((short) (bits + 1));
      double middle = (low + high) / 2;
      short even = (short) (bits % 2 == 0 ? bits : bits + 1);
      assertThat(narrowF16(middle)).isEqualTo(even);
      assertThat(narrowF16(Math.nextUp(middle))).isEqualTo((short) (bits + 1));
      assertThat(narrowF16(Math.nextDown(middle))).isEqualTo((short) bits);
      assertThat(narrowF16(-middle)).isEqualTo((short) (even | 0x8000));
    }
    for (int bits = 0; bits < 0x7f7f; bits++) {
      double low = HalfPrecision.fromBf16((short) bits);
      double high = HalfPrecision.fromBf16((short) (bits + 1));
      double middle = (low + high) / 2;
      assertThat(narrowBf16(middle)).isEqualTo((short) (bits % 2 == 0 ? bits : bits + 1));
      assertThat(narrowBf16(Math.nextUp(middle))).isEqualTo((short) (bits + 1));
      assertThat(narrowBf16(Math.nextDown(middle))).isEqualTo((short) bits);
    }
  }

  @Test
  void nearestOfRandomValues() {
    Random random = new Random(5);
    for (int i = 0; i < 100_000; i++) {
      float value = (float) (random.nextGaussian() * Math.pow(2, random.nextInt(30) - 22));
      float half = HalfPrecision.fromF16(HalfPrecision.toF16(value));
      double ulp = Math.max(0x1p-24, Math.pow(2, Math.getExponent(value) - 10));
      assertThat(Math.abs((double) half - value)).isLessThanOrEqualTo(ulp / 2);
    }
  }

  private static short narrowF16(double value) {
    return HalfPrecision.toF16(HalfPrecision.toOdd(value));
  }

  private static short narrowBf16(double value) {
    return HalfPrecision.toBf16(HalfPrecision.toOdd(value));
  }
}
