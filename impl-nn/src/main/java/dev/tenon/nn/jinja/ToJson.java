package dev.tenon.nn.jinja;

import dev.tenon.nn.jinja.Arguments.Bound;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** The filter {@code tojson}: Python's {@code json.dumps}. Used once. */
final class ToJson {
  private static final int DEPTH = 100;

  private final StringBuilder out = new StringBuilder();
  private final Budget budget;
  private final boolean ascii;
  private final boolean sorted;
  private final boolean indented;
  private final String indent;
  private final String betweenItems;
  private final String afterKey;

  private ToJson(Bound bound, Budget budget) {
    this.budget = budget;
    this.ascii = bound.flag("ensure_ascii");
    this.sorted = bound.flag("sort_keys");
    this.indented = !bound.isNone("indent");
    this.indent = indented ? indent(bound.get("indent")) : "";
    boolean own = !bound.isNone("separators");
    List<?> separators = own ? pair(bound.get("separators")) : List.of();
    this.betweenItems = own ? text(separators, 0) : indented ? "," : ", ";
    this.afterKey = own ? text(separators, 1) : ": ";
  }

  private static String indent(Object given) {
    if (given instanceof String text) {
      return text;
    }
    int width = Math.max(0, Types.index(given));
    if (width > 1000) {
      throw new Fault("indent " + width + " (expected: at most 1000)");
    }
    return " ".repeat(width);
  }

  private static List<?> pair(Object given) {
    List<?> items = given instanceof Tuple tuple ? tuple.items() : List.of();
    items = given instanceof List<?> list ? list : items;
    if (items.size() != 2) {
      throw new Fault("separators " + Printing.repr(given) + " (expected: two texts)");
    }
    return items;
  }

  private static String text(List<?> items, int index) {
    return Types.text(Objects.requireNonNull(items.get(index)));
  }

  static Object filter(Object value, Arguments given, Run run) {
    Bound bound = given.bind("tojson", "ensure_ascii", "indent", "separators", "sort_keys");
    ToJson json = new ToJson(bound, run.budget());
    json.write(value, 0);
    return json.out.toString();
  }

  private void write(Object value, int depth) {
    budget.step();
    if (depth > DEPTH) {
      throw new Fault("value nested deeper than " + DEPTH + " levels (expected: fewer)");
    }
    if (value instanceof String text) {
      string(text);
    } else if (value instanceof Map<?, ?> map) {
      map(map, depth);
    } else if (value instanceof List<?> items) {
      items(items, depth);
    } else if (value instanceof Tuple tuple) {
      items(tuple.items(), depth);
    } else {
      out.append(scalar(value));
    }
  }

  private static String scalar(Object value) {
    if (value == Nothing.NONE) {
      return "null";
    } else if (value instanceof Double number && !Double.isFinite(number)) {
      return Double.isNaN(number) ? "NaN" : number > 0 ? "Infinity" : "-Infinity";
    } else if (value instanceof Boolean || Types.isNumber(value)) {
      return value instanceof Boolean ? value.toString() : Printing.repr(value);
    }
    throw new Fault("Object of type " + Types.name(value) + " is not JSON serializable");
  }

  private void items(List<?> items, int depth) {
    out.append('[');
    boolean first = true;
    for (Object each : items) {
      separate(first, depth + 1);
      write(Objects.requireNonNull(each), depth + 1);
      first = false;
    }
    close(first, depth, ']');
  }

  private void map(Map<?, ?> map, int depth) {
    List<Object> keys = new ArrayList<>(map.keySet());
    if (sorted) {
      keys.sort((a, b) -> Operators.order("<", a, b));
    }
    out.append('{');
    Iterator<Object> each = keys.iterator();
    for (boolean first = true; each.hasNext(); first = false) {
      Object key = each.next();
      separate(first, depth + 1);
      string(key instanceof String text ? text : scalar(key));
      out.append(afterKey);
      write(Objects.requireNonNull(map.get(key)), depth + 1);
    }
    close(keys.isEmpty(), depth, '}');
  }

  private void separate(boolean first, int depth) {
    out.append(first ? "" : betweenItems);
    line(depth);
  }

  private void close(boolean empty, int depth, char end) {
    if (!empty) {
      line(depth);
    }
    out.append(end);
  }

  private void line(int depth) {
    if (indented) {
      budget.take(1L + (long) indent.length() * depth);
      out.append('\n').append(indent.repeat(depth));
    }
  }

  private void string(String text) {
    budget.take(text.length());
    out.append('"');
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      int named = "\"\\\n\r\t\b\f".indexOf(c);
      if (named >= 0) {
        out.append('\\').append("\"\\nrtbf".charAt(named));
      } else if (c < ' ' || (ascii && c > '~')) {
        out.append(String.format("\\u%04x", (int) c));
      } else {
        out.append(c);
      }
    }
    out.append('"');
  }
}
