package dev.tenon.modelinterface.data;

import dev.tenon.error.InvalidInputException;
import dev.tenon.internal.Problems;

/** A number as it is written. */
final class Numeral {
  private Numeral() {}

  static double of(String what, String text) {
    double value = Double.NaN;
    try {
      value = Double.parseDouble(text);
    } catch (NumberFormatException e) {
      // Told below, with what is not finite.
    }
    if (!Double.isFinite(value)) {
      throw new InvalidInputException(
          Problems.problem(what, "\"" + text + "\"", "a finite number"));
    }
    return value;
  }
}
