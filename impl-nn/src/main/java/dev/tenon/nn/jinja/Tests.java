package dev.tenon.nn.jinja;

import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Tests by name: what stands behind {@code is}. */
final class Tests {
  private Tests() {}

  /**
   * Whether a test holds.
   *
   * @throws Fault if there is none of this name
   */
  static boolean holds(String name, Object value, Arguments given, Run run) {
    return switch (name) {
      case "defined" -> !(value instanceof Undefined);
      case "undefined" -> value instanceof Undefined;
      case "none" -> value == Nothing.NONE;
      case "true" -> value.equals(true);
      case "false" -> value.equals(false);
      case "boolean" -> value instanceof Boolean;
      case "integer" -> Types.isInteger(value);
      case "float" -> value instanceof Double;
      case "number" -> Types.isNumber(value);
      case "string" -> value instanceof String;
      case "mapping" -> value instanceof Map;
      case "sequence" -> isSequence(value);
      case "iterable" -> isSequence(value) || value instanceof Generator;
      case "callable" -> value instanceof Callable;
      case "even" -> remainder(value, 2L, run) == 0;
      case "odd" -> remainder(value, 2L, run) == 1;
      case "divisibleby" -> remainder(value, other(name, given), run) == 0;
      case "lower" -> is(value, "islower", run);
      case "upper" -> is(value, "isupper", run);
      case "sameas" -> same(value, other(name, given));
      case "escaped" -> false;
      case "filter", "test" -> throw new Fault("the test '" + name + "' is not supported");
      default -> Operators.compare(operator(name), value, other(name, given), run);
    };
  }

  private static boolean isSequence(Object value) {
    return value instanceof String
        || value instanceof List
        || value instanceof Tuple
        || value instanceof Map
        || value instanceof Undefined;
  }

  private static long remainder(Object value, Object by, Run run) {
    Object rest = Operators.binary("%", value, by, run);
    return rest instanceof Double real ? (real == 0 ? 0 : real == 1 ? 1 : 2) : (Long) rest;
  }

  private static boolean is(Object value, String method, Run run) {
    String text = Printing.str(value).toString();
    Object rule = StringMethods.find(text, method).orElseThrow();
    return Types.truth(run.call(rule, Arguments.of()));
  }

  private static boolean same(Object a, Object b) {
    boolean scalar = a instanceof String || a instanceof Undefined || Types.isNumber(a);
    return a == b || (scalar && Types.name(a).equals(Types.name(b)) && a.equals(b));
  }

  private static Object other(String name, Arguments given) {
    return given.bind(name, "other").get("other");
  }

  private static String operator(String name) {
    return switch (name.toLowerCase(Locale.ROOT)) {
      case "eq", "equalto", "==" -> "==";
      case "ne", "!=" -> "!=";
      case "lt", "lessthan", "<" -> "<";
      case "le", "<=" -> "<=";
      case "gt", "greaterthan", ">" -> ">";
      case "ge", ">=" -> ">=";
      case "in" -> "in";
      default -> throw new Fault("no test named '" + name + "'");
    };
  }
}
