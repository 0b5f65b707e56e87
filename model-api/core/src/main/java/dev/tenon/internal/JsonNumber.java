package dev.tenon.internal;

import java.math.BigInteger;

/**
 * A number of a JSON text, as it was written, so that writing it again changes nothing. Equal when
 * the text is equal. Immutable.
 */
public final class JsonNumber extends Number {
  private static final long serialVersionUID = 1L;
  private final String text;

  JsonNumber(String text) {
    this.text = text;
  }

  /** True when it is written without fraction and exponent and fits into 64 bits. */
  public boolean isLong() {
    int start = text.startsWith("-") ? 1 : 0;
    int digits = text.length() - start;
    // A vocabulary has a hundred thousand of them, so no regular expression.
    for (int i = start; i < text.length(); i++) {
      if (text.charAt(i) < '0' || text.charAt(i) > '9') {
        return false;
      }
    }
    return digits < 19 || (digits == 19 && new BigInteger(text).bitLength() < 64);
  }

  @Override
  public int intValue() {
    return (int) longValue();
  }

  /** The value, if {@link #isLong}; else what a cast of the double gives. */
  @Override
  public long longValue() {
    return isLong() ? Long.parseLong(text) : (long) doubleValue();
  }

  @Override
  public float floatValue() {
    return Float.parseFloat(text);
  }

  /** The nearest double; infinite beyond its range. */
  @Override
  public double doubleValue() {
    return Double.parseDouble(text);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof JsonNumber that && text.equals(that.text);
  }

  @Override
  public int hashCode() {
    return text.hashCode();
  }

  /** The text as it was written. */
  @Override
  public String toString() {
    return text;
  }
}
