package dev.tenon.catalog.job;

import dev.tenon.internal.Json;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Writes values as YAML in blocks. Every text is quoted as in JSON, which YAML reads the same way,
 * so that none of them is taken for a number, a date or a tag. Used by one thread.
 */
final class BlockYaml {
  private final StringBuilder out = new StringBuilder();

  private BlockYaml() {}

  static String write(Map<String, @Nullable Object> value) {
    BlockYaml yaml = new BlockYaml();
    yaml.map(value, 0, false);
    return yaml.out.toString();
  }

  /** The first line stands behind a dash, if it is an item of a list. */
  private void map(Map<?, ?> map, int depth, boolean item) {
    boolean first = item;
    for (Map.Entry<?, ?> entry : map.entrySet()) {
      out.append(first ? "" : "  ".repeat(depth));
      first = false;
      out.append(key(String.valueOf(entry.getKey()))).append(':');
      value(entry.getValue(), depth);
    }
  }

  private void value(@Nullable Object value, int depth) {
    if (value instanceof Map<?, ?> map && !map.isEmpty()) {
      out.append('\n');
      map(map, depth + 1, false);
    } else if (value instanceof List<?> list && !list.isEmpty()) {
      out.append('\n');
      list(list, depth);
    } else {
      out.append(' ').append(scalar(value)).append('\n');
    }
  }

  private void list(List<?> list, int depth) {
    for (Object each : list) {
      out.append("  ".repeat(depth)).append("- ");
      if (each instanceof Map<?, ?> map) {
        map(map, depth + 1, true);
      } else {
        out.append(scalar(each)).append('\n');
      }
    }
  }

  private static String key(String key) {
    return key.matches("[A-Za-z][A-Za-z0-9./-]*") ? key : scalar(key);
  }

  /** JSON allows some characters as they are that YAML does not. */
  private static String scalar(@Nullable Object value) {
    StringBuilder text = new StringBuilder();
    for (char c : Json.compact(value).toCharArray()) {
      boolean unprintable = (c >= 0x7F && c <= 0x9F) || c == 0x2028 || c == 0x2029;
      if (unprintable || c == 0xFEFF || c == 0xFFFE || c == 0xFFFF) {
        text.append(String.format("\\u%04x", (int) c));
      } else {
        text.append(c);
      }
    }
    return text.toString();
  }
}
