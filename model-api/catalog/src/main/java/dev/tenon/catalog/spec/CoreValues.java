package dev.tenon.catalog.spec;

import dev.tenon.catalog.internal.yaml.Node;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Types of values by the core schema of YAML 1.2 (https://yaml.org/spec/1.2.2/#103-core-schema).
 */
final class CoreValues {
  private static final Set<String> NULLS = Set.of("", "~", "null", "Null", "NULL");
  private static final Set<String> TRUE = Set.of("true", "True", "TRUE");
  private static final Set<String> FALSE = Set.of("false", "False", "FALSE");
  private static final Pattern DECIMAL = Pattern.compile("[-+]?[0-9]+");

  /** Digits of a number; reading more would take time by their square. */
  private static final int MOST_DIGITS = 1000;

  private static final Pattern OCTAL = Pattern.compile("0o[0-7]+");
  private static final Pattern HEXADECIMAL = Pattern.compile("0x[0-9a-fA-F]+");
  private static final Pattern REAL =
      Pattern.compile("[-+]?(\\.[0-9]+|[0-9]+(\\.[0-9]*)?)([eE][-+]?[0-9]+)?");
  private static final Pattern INFINITE = Pattern.compile("[-+]?\\.(inf|Inf|INF)");
  private static final Set<String> NOT_A_NUMBER = Set.of(".nan", ".NaN", ".NAN");

  private CoreValues() {}

  /** Absence: no value, {@code ~}, {@code null}. */
  static boolean isNull(Node node) {
    return node instanceof Node.Scalar scalar
        && ((scalar.plain() && NULLS.contains(scalar.text()))
            || scalar.tag().equals(Optional.of("null")));
  }

  /** A truth value. */
  static Optional<Boolean> bool(Node node) {
    if (node instanceof Node.Scalar scalar && hasForm(scalar, "bool")) {
      if (TRUE.contains(scalar.text())) {
        return Optional.of(true);
      }
      return FALSE.contains(scalar.text()) ? Optional.of(false) : Optional.empty();
    }
    return Optional.empty();
  }

  /** Decimal digits with an optional sign; of more than {@value MOST_DIGITS} the first ones. */
  static Optional<BigInteger> whole(Node node) {
    return node instanceof Node.Scalar scalar
            && hasForm(scalar, "int")
            && DECIMAL.matcher(scalar.text()).matches()
        ? Optional.of(new BigInteger(shortened(scalar.text())))
        : Optional.empty();
  }

  private static String shortened(String digits) {
    String number = digits.replaceFirst("^([-+]?)0+(?=[0-9])", "$1");
    return number.length() > MOST_DIGITS ? number.substring(0, MOST_DIGITS) : number;
  }

  private static boolean hasForm(Node.Scalar scalar, String tag) {
    return scalar.plain() || scalar.tag().equals(Optional.of(tag));
  }

  /**
   * A value of a free map; a number of more than {@value MOST_DIGITS} characters stays a text:
   * null, Boolean, Long, BigInteger, Double, String, List or Map.
   */
  static @Nullable Object value(Node node) {
    if (node instanceof Node.Mapping mapping) {
      Map<String, @Nullable Object> values = new LinkedHashMap<>();
      mapping.entries().forEach(x -> values.put(x.key(), value(x.value())));
      return values;
    }
    if (node instanceof Node.Sequence sequence) {
      List<@Nullable Object> values = new ArrayList<>();
      sequence.items().forEach(x -> values.add(value(x)));
      return values;
    }
    return scalar((Node.Scalar) node);
  }

  private static @Nullable Object scalar(Node.Scalar scalar) {
    String text = scalar.text();
    if (isNull(scalar)) {
      return null;
    }
    if (!scalar.plain() && (scalar.tag().isEmpty() || scalar.tag().equals(Optional.of("str")))) {
      return text;
    }
    Optional<Boolean> bool = bool(scalar);
    if (bool.isPresent()) {
      return bool.get();
    }
    return number(text).<Object>map(x -> x).orElse(text);
  }

  private static Optional<Number> number(String text) {
    if (text.length() > MOST_DIGITS) {
      return Optional.empty();
    }
    if (DECIMAL.matcher(text).matches()) {
      return Optional.of(shortest(new BigInteger(text)));
    }
    if (OCTAL.matcher(text).matches()) {
      return Optional.of(shortest(new BigInteger(text.substring(2), 8)));
    }
    if (HEXADECIMAL.matcher(text).matches()) {
      return Optional.of(shortest(new BigInteger(text.substring(2), 16)));
    }
    if (REAL.matcher(text).matches()) {
      return Optional.of(Double.valueOf(text));
    }
    if (INFINITE.matcher(text).matches()) {
      return Optional.of(
          text.startsWith("-") ? Double.NEGATIVE_INFINITY : Double.POSITIVE_INFINITY);
    }
    return NOT_A_NUMBER.contains(text) ? Optional.of(Double.NaN) : Optional.empty();
  }

  private static Number shortest(BigInteger value) {
    return value.bitLength() < Long.SIZE ? (Number) value.longValue() : value;
  }
}
