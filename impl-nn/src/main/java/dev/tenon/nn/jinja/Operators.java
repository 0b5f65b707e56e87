package dev.tenon.nn.jinja;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** Python's operators between two values. */
final class Operators {
  private static final int MOST_BITS = 4096;

  private Operators() {}

  static Object binary(String operator, Object a, Object b, Run run) {
    check(a);
    check(b);
    if (Types.isNumber(a) && Types.isNumber(b)) {
      return a instanceof Double || b instanceof Double || operator.equals("/")
          ? reals(operator, Types.real(a), Types.real(b))
          : integers(operator, Types.integer(a), Types.integer(b));
    }
    return switch (operator) {
      case "+" -> add(a, b, run);
      case "*" ->
          Types.isInteger(b) || b instanceof Boolean ? repeat(a, b, run) : repeat(b, a, run);
      case "%" ->
          a instanceof String text
              ? PercentFormat.format(text, b, run)
              : unsupported(operator, a, b);
      default -> unsupported(operator, a, b);
    };
  }

  private static void check(Object value) {
    if (value instanceof Undefined undefined) {
      throw undefined.fault();
    }
  }

  private static Object unsupported(String operator, Object a, Object b) {
    throw new Fault(
        "unsupported operand type(s) for "
            + operator
            + ": '"
            + Types.name(a)
            + "' and '"
            + Types.name(b)
            + "'");
  }

  private static Object integers(String operator, BigInteger a, BigInteger b) {
    if (List.of("//", "%").contains(operator) && b.signum() == 0) {
      throw new Fault("integer division or modulo by zero");
    }
    return Types.integer(
        switch (operator) {
          case "+" -> a.add(b);
          case "-" -> a.subtract(b);
          case "*" -> bounded(a.bitLength() + (long) b.bitLength(), a).multiply(b);
          case "//" -> floor(a, b);
          case "%" -> a.subtract(floor(a, b).multiply(b));
          default -> power(a, b);
        });
  }

  private static BigInteger bounded(long bits, BigInteger a) {
    if (bits > MOST_BITS) {
      throw new Fault("integer of more than " + MOST_BITS + " bits (expected: fewer)");
    }
    return a;
  }

  private static BigInteger floor(BigInteger a, BigInteger b) {
    BigInteger[] parts = a.divideAndRemainder(b);
    boolean down = parts[1].signum() != 0 && parts[1].signum() != b.signum();
    return down ? parts[0].subtract(BigInteger.ONE) : parts[0];
  }

  private static BigInteger power(BigInteger a, BigInteger b) {
    if (b.signum() < 0 || b.bitLength() > 16) {
      throw new Fault("exponent " + b + " (expected: from 0 to 65535)");
    }
    return bounded((long) a.bitLength() * b.intValue(), a).pow(b.intValue());
  }

  private static Object reals(String operator, double a, double b) {
    if (List.of("/", "//", "%").contains(operator) && b == 0) {
      throw new Fault("division by zero");
    }
    return switch (operator) {
      case "+" -> a + b;
      case "-" -> a - b;
      case "*" -> a * b;
      case "/" -> a / b;
      case "//" -> Math.floor(a / b);
      case "%" -> a - Math.floor(a / b) * b;
      default -> Math.pow(a, b);
    };
  }

  private static Object add(Object a, Object b, Run run) {
    if (a instanceof String x && b instanceof String y) {
      run.budget().take((long) x.length() + y.length());
      return x + y;
    } else if (a instanceof List<?> x && b instanceof List<?> y) {
      return joined(x, y, run);
    } else if (a instanceof Tuple x && b instanceof Tuple y) {
      return new Tuple(joined(x.items(), y.items(), run));
    } else if (a instanceof String) {
      throw new Fault("can only concatenate str (not \"" + Types.name(b) + "\") to str");
    }
    return unsupported("+", a, b);
  }

  private static List<Object> joined(List<?> a, List<?> b, Run run) {
    run.budget().take((long) a.size() + b.size());
    List<Object> all = new ArrayList<>(a);
    all.addAll(b);
    return all;
  }

  private static Object repeat(Object value, Object count, Run run) {
    if (!(Types.isInteger(count) || count instanceof Boolean)) {
      return unsupported("*", value, count);
    }
    int times = Math.max(0, Types.index(count));
    if (value instanceof String text) {
      run.budget().take((long) text.length() * times);
      return text.repeat(times);
    } else if (value instanceof List<?> items) {
      return repeated(items, times, run);
    } else if (value instanceof Tuple tuple) {
      return new Tuple(repeated(tuple.items(), times, run));
    }
    return unsupported("*", value, count);
  }

  private static List<Object> repeated(List<?> items, int times, Run run) {
    run.budget().take((long) items.size() * times);
    List<Object> all = new ArrayList<>();
    for (int i = 0; i < times; i++) {
      all.addAll(items);
    }
    return all;
  }

  /** Whether a comparison holds. */
  static boolean compare(String operator, Object a, Object b, Run run) {
    return switch (operator) {
      case "==" -> Types.equal(a, b);
      case "!=" -> !Types.equal(a, b);
      case "in" -> contains(b, a, run);
      case "not in" -> !contains(b, a, run);
      case "<" -> order(operator, a, b) < 0;
      case "<=" -> order(operator, a, b) <= 0;
      case ">" -> order(operator, a, b) > 0;
      default -> order(operator, a, b) >= 0;
    };
  }

  /** Negative, 0 or positive as a comes before, with or after b. */
  static int order(String operator, Object a, Object b) {
    check(a);
    check(b);
    if (Types.isNumber(a) && Types.isNumber(b)) {
      return Types.compareNumbers(a, b);
    } else if (a instanceof String x && b instanceof String y) {
      return codePointOrder(x, y);
    } else if (a instanceof List<?> x && b instanceof List<?> y) {
      return order(operator, x, y);
    } else if (a instanceof Tuple x && b instanceof Tuple y) {
      return order(operator, x.items(), y.items());
    }
    throw new Fault(
        "'"
            + operator
            + "' not supported between instances of '"
            + Types.name(a)
            + "' and '"
            + Types.name(b)
            + "'");
  }

  private static int order(String operator, List<?> a, List<?> b) {
    for (int i = 0; i < Math.min(a.size(), b.size()); i++) {
      Object x = Objects.requireNonNull(a.get(i));
      Object y = Objects.requireNonNull(b.get(i));
      if (!Types.equal(x, y)) {
        return order(operator, x, y);
      }
    }
    return Integer.compare(a.size(), b.size());
  }

  private static int codePointOrder(String a, String b) {
    int[] x = a.codePoints().toArray();
    int[] y = b.codePoints().toArray();
    return java.util.Arrays.compare(x, y);
  }

  /** Python's {@code element in container}. */
  static boolean contains(Object container, Object element, Run run) {
    if (container instanceof String text) {
      if (!(element instanceof String part)) {
        throw new Fault(
            "'in <string>' requires string as left operand, not " + Types.name(element));
      }
      run.budget().take(text.length() / 16);
      return text.contains(part);
    } else if (container instanceof Map<?, ?> map) {
      return map.containsKey(Types.key(element));
    } else if (Types.isNumber(container) || container instanceof Nothing) {
      throw new Fault("argument of type '" + Types.name(container) + "' is not iterable");
    }
    Iterator<Object> each = Types.iterate(container);
    while (each.hasNext()) {
      run.budget().step();
      if (Types.equal(each.next(), element)) {
        return true;
      }
    }
    return false;
  }
}
