package dev.tenon.internal;

import dev.tenon.error.InvalidInputException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Writes one value; used by one thread. */
final class JsonText {
  private final StringBuilder out = new StringBuilder();
  private final boolean indented;

  private JsonText(boolean indented) {
    this.indented = indented;
  }

  static String compact(@Nullable Object value) {
    return new JsonText(false).write(value, 0).out.toString();
  }

  static String pretty(@Nullable Object value) {
    return new JsonText(true).write(value, 0).out.toString();
  }

  private JsonText write(@Nullable Object value, int depth) {
    if (value == null || value instanceof Boolean) {
      out.append(value);
    } else if (value instanceof CharSequence string) {
      string(string);
    } else if (value instanceof Number number) {
      number(number);
    } else if (value instanceof Map<?, ?> map) {
      map(map, depth);
    } else if (value instanceof List<?> list) {
      list(list, depth);
    } else if (value instanceof JsonObject object) {
      map(object.toMap(), depth);
    } else {
      throw new InvalidInputException(
          Problems.problem(
              "JSON value",
              value.getClass().getName(),
              "a map, list, string, number, boolean or null"));
    }
    return this;
  }

  private void map(Map<?, ?> map, int depth) {
    out.append('{');
    boolean first = true;
    for (Map.Entry<?, ?> entry : map.entrySet()) {
      separate(first, depth + 1);
      string(String.valueOf(entry.getKey()));
      out.append(indented ? ": " : ":");
      write(entry.getValue(), depth + 1);
      first = false;
    }
    close('}', first, depth);
  }

  private void list(List<?> list, int depth) {
    out.append('[');
    boolean first = true;
    for (Object element : list) {
      separate(first, depth + 1);
      write(element, depth + 1);
      first = false;
    }
    close(']', first, depth);
  }

  private void separate(boolean first, int depth) {
    if (!first) {
      out.append(',');
    }
    newLine(depth);
  }

  private void close(char bracket, boolean empty, int depth) {
    if (!empty) {
      newLine(depth);
    }
    out.append(bracket);
  }

  private void newLine(int depth) {
    if (indented) {
      out.append('\n').append("  ".repeat(depth));
    }
  }

  private void number(Number number) {
    if (!(number instanceof JsonNumber) && !Double.isFinite(number.doubleValue())) {
      throw new InvalidInputException(Problems.problem("JSON number", number, "finite"));
    }
    out.append(number);
  }

  private void string(CharSequence string) {
    out.append('"');
    for (int i = 0; i < string.length(); i++) {
      char c = string.charAt(i);
      escape(c).ifPresentOrElse(out::append, () -> out.append(c));
    }
    out.append('"');
  }

  private static Optional<String> escape(char c) {
    return switch (c) {
      case '"' -> Optional.of("\\\"");
      case '\\' -> Optional.of("\\\\");
      case '\n' -> Optional.of("\\n");
      case '\r' -> Optional.of("\\r");
      case '\t' -> Optional.of("\\t");
      default -> c < 0x20 ? Optional.of(String.format("\\u%04x", (int) c)) : Optional.empty();
    };
  }
}
