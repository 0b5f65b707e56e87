package dev.tenon.nn.jinja;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** Values as text: Python's {@code str} and {@code repr}. */
final class Printing {
  /** A list may be in another twice, and that one in a third twice. */
  private static final int CHARACTERS = 1 << 24;

  private static final int DEPTH = 100;

  private Printing() {}

  static String str(Object value) {
    if (value instanceof String text) {
      return text;
    }
    return value instanceof Undefined ? "" : repr(value);
  }

  static String repr(Object value) {
    StringBuilder out = new StringBuilder();
    write(value, out, 0);
    return out.toString();
  }

  private static void write(Object value, StringBuilder out, int depth) {
    if (depth > DEPTH || out.length() > CHARACTERS) {
      throw new Fault(
          "value nested deeper than "
              + DEPTH
              + " levels or longer than "
              + CHARACTERS
              + " characters (expected: less)");
    }
    if (value instanceof String text) {
      quote(text, out);
    } else if (value instanceof Nothing) {
      out.append("None");
    } else if (value instanceof Boolean flag) {
      out.append(flag ? "True" : "False");
    } else if (value instanceof Double number) {
      out.append(real(number));
    } else if (value instanceof Range range) {
      out.append(range.repr());
    } else if (value instanceof List<?> items) {
      items('[', items, "]", out, depth);
    } else if (value instanceof Tuple tuple) {
      items('(', tuple.items(), tuple.items().size() == 1 ? ",)" : ")", out, depth);
    } else if (value instanceof Map<?, ?> map) {
      map(map, out, depth);
    } else if (value instanceof Undefined) {
      out.append("Undefined");
    } else if (value instanceof Number) {
      out.append(value);
    } else {
      out.append('<').append(Types.name(value)).append('>');
    }
  }

  private static void items(char open, List<?> items, String close, StringBuilder out, int depth) {
    out.append(open);
    String separator = "";
    for (Object each : items) {
      out.append(separator);
      write(Objects.requireNonNull(each), out, depth + 1);
      separator = ", ";
    }
    out.append(close);
  }

  private static void map(Map<?, ?> map, StringBuilder out, int depth) {
    out.append('{');
    String separator = "";
    for (Map.Entry<?, ?> each : map.entrySet()) {
      out.append(separator);
      write(Objects.requireNonNull(each.getKey()), out, depth + 1);
      out.append(": ");
      write(Objects.requireNonNull(each.getValue()), out, depth + 1);
      separator = ", ";
    }
    out.append('}');
  }

  private static void quote(String text, StringBuilder out) {
    char quote = text.indexOf('\'') >= 0 && text.indexOf('"') < 0 ? '"' : '\'';
    out.append(quote);
    text.codePoints()
        .forEach(
            c -> {
              int named = "\t\n\r\\".indexOf(c);
              if (named >= 0) {
                out.append('\\').append("tnr\\".charAt(named));
              } else if (c == quote) {
                out.append('\\').append(quote);
              } else if (printable(c)) {
                out.appendCodePoint(c);
              } else {
                String form = c < 0x100 ? "\\x%02x" : c < 0x10000 ? "\\u%04x" : "\\U%08x";
                out.append(String.format(form, c));
              }
            });
    out.append(quote);
  }

  private static boolean printable(int c) {
    return switch (Character.getType(c)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.SURROGATE,
          Character.PRIVATE_USE,
          Character.UNASSIGNED,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR ->
          false;
      case Character.SPACE_SEPARATOR -> c == ' ';
      default -> true;
    };
  }

  /** Python's {@code repr} of a float: the fewest digits that give it back. */
  static String real(double value) {
    if (Double.isNaN(value)) {
      return "nan";
    } else if (Double.isInfinite(value)) {
      return value > 0 ? "inf" : "-inf";
    } else if (value == 0) {
      return 1 / value < 0 ? "-0.0" : "0.0";
    }
    BigDecimal exact = new BigDecimal(value);
    BigDecimal shortest = exact;
    for (int digits = 1; digits <= 17; digits++) {
      shortest = exact.round(new MathContext(digits));
      if (shortest.doubleValue() == value) {
        break;
      }
    }
    return decimal(shortest.stripTrailingZeros());
  }

  private static String decimal(BigDecimal value) {
    int exponent = value.precision() - value.scale() - 1;
    if (exponent >= -4 && exponent < 16) {
      String plain = value.toPlainString();
      return plain.indexOf('.') < 0 ? plain + ".0" : plain;
    }
    String digits = value.unscaledValue().abs().toString();
    String mantissa = digits.charAt(0) + (digits.length() > 1 ? "." + digits.substring(1) : "");
    String sign = value.signum() < 0 ? "-" : "";
    return String.format(
        "%s%se%s%02d", sign, mantissa, exponent < 0 ? "-" : "+", Math.abs(exponent));
  }
}
