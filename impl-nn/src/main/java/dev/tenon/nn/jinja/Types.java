package dev.tenon.nn.jinja;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.Map;

/**
 * What Python's values are here: None {@link Nothing}, bool Boolean, int Long or, beyond 64 bits,
 * BigInteger, float Double, str String, list List, tuple {@link Tuple}, dict Map.
 */
final class Types {
  private Types() {}

  /** The type's name in Python. */
  static String name(Object value) {
    if (value instanceof Nothing) {
      return "NoneType";
    } else if (value instanceof Boolean) {
      return "bool";
    } else if (isInteger(value)) {
      return "int";
    } else if (value instanceof Double) {
      return "float";
    } else if (value instanceof String) {
      return "str";
    } else if (value instanceof Range) {
      return "range";
    } else if (value instanceof List) {
      return "list";
    } else if (value instanceof Tuple) {
      return "tuple";
    } else if (value instanceof Map) {
      return "dict";
    }
    return value.getClass().getSimpleName();
  }

  /** As jinja2 names a value in its messages. */
  static String describe(Object value) {
    return value instanceof Nothing ? "None" : name(value) + " object";
  }

  static boolean isInteger(Object value) {
    return value instanceof Long || value instanceof BigInteger;
  }

  /** Also bool, as in Python. */
  static boolean isNumber(Object value) {
    return isInteger(value) || value instanceof Double || value instanceof Boolean;
  }

  static boolean truth(Object value) {
    if (value instanceof Boolean flag) {
      return flag;
    } else if (value instanceof Long number) {
      return number != 0;
    } else if (value instanceof Double number) {
      return number != 0;
    } else if (value instanceof String text) {
      return !text.isEmpty();
    } else if (value instanceof Collection<?> items) {
      return !items.isEmpty();
    } else if (value instanceof Tuple tuple) {
      return !tuple.items().isEmpty();
    } else if (value instanceof Map<?, ?> map) {
      return !map.isEmpty();
    }
    return !(value instanceof Nothing || value instanceof Undefined);
  }

  static BigInteger integer(Object value) {
    if (value instanceof Boolean flag) {
      return flag ? BigInteger.ONE : BigInteger.ZERO;
    } else if (value instanceof Long number) {
      return BigInteger.valueOf(number);
    } else if (value instanceof BigInteger number) {
      return number;
    }
    throw new Fault("'" + name(value) + "' object cannot be interpreted as an integer");
  }

  /** A Long where it fits. */
  static Object integer(BigInteger value) {
    return value.bitLength() < 64 ? (Object) value.longValue() : value;
  }

  /** An integer that counts something. */
  static int index(Object value) {
    BigInteger number = integer(value);
    if (number.bitLength() > 31) {
      throw new Fault("integer " + number + " (expected: one of 32 bits)");
    }
    return number.intValue();
  }

  static double real(Object value) {
    return value instanceof Double number ? number : integer(value).doubleValue();
  }

  static String text(Object value) {
    if (value instanceof String text) {
      return text;
    }
    if (value instanceof Undefined undefined) {
      throw undefined.fault();
    }
    throw new Fault("expected a str, not '" + name(value) + "'");
  }

  /** Python's ==. */
  static boolean equal(Object a, Object b) {
    return new Equality().equal(a, b);
  }

  /** Less than 0, 0 or more; not a number compares as unequal. */
  static int compareNumbers(Object a, Object b) {
    if (a instanceof Double || b instanceof Double) {
      double x = real(a);
      double y = real(b);
      if (Double.isFinite(x) && Double.isFinite(y)) {
        return exact(a).compareTo(exact(b));
      }
      return x == y ? 0 : x < y ? -1 : 1;
    }
    return integer(a).compareTo(integer(b));
  }

  private static BigDecimal exact(Object value) {
    return value instanceof Double number ? new BigDecimal(number) : new BigDecimal(integer(value));
  }

  /** The elements that Python's iteration gives. */
  static Iterator<Object> iterate(Object value) {
    if (value instanceof Collection<?> items) {
      return new ArrayList<Object>(items).iterator();
    } else if (value instanceof Tuple tuple) {
      return tuple.items().iterator();
    } else if (value instanceof Map<?, ?> map) {
      return new ArrayList<Object>(map.keySet()).iterator();
    } else if (value instanceof String text) {
      return Strings.characters(text).iterator();
    } else if (value instanceof Generator generator) {
      return generator;
    } else if (value instanceof Undefined) {
      return List.of().iterator();
    }
    throw new Fault("'" + name(value) + "' object is not iterable");
  }

  /** All elements, counted. */
  static List<Object> list(Object value, Run run) {
    List<Object> items = new ArrayList<>();
    Iterator<Object> each = iterate(value);
    while (each.hasNext()) {
      run.budget().step();
      items.add(each.next());
    }
    return items;
  }

  static int length(Object value) {
    if (value instanceof String text) {
      return Strings.length(text);
    } else if (value instanceof Collection<?> items) {
      return items.size();
    } else if (value instanceof Tuple tuple) {
      return tuple.items().size();
    } else if (value instanceof Map<?, ?> map) {
      return map.size();
    } else if (value instanceof Undefined) {
      return 0;
    }
    throw new Fault("object of type '" + name(value) + "' has no len()");
  }

  /** What a value is as a key of a dict: numbers that are equal are one key. */
  static Object key(Object value) {
    if (value instanceof Boolean) {
      return integer(integer(value));
    } else if (value instanceof Double number
        && Math.rint(number) == number
        && Math.abs(number) < 1L << 53) {
      return number.longValue();
    } else if (value instanceof Tuple tuple && tuple.items().stream().anyMatch(Types::isNested)) {
      throw new Fault("a tuple of sequences as a key (expected: texts and numbers in it)");
    } else if (value instanceof List || value instanceof Map) {
      throw new Fault("unhashable type: '" + name(value) + "'");
    }
    return value;
  }

  private static boolean isNested(Object value) {
    return value instanceof Tuple || value instanceof List || value instanceof Map;
  }
}
