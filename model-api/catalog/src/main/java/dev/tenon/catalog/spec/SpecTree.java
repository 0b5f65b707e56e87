package dev.tenon.catalog.spec;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The fields of a mapping that is going to be written; absent ones are not put. */
final class SpecTree {
  private static final Pattern ITEM = Pattern.compile("(.*)\\[([0-9]+)]");

  private final Map<String, @Nullable Object> fields;

  SpecTree() {
    this(new LinkedHashMap<>());
  }

  private SpecTree(Map<String, @Nullable Object> fields) {
    this.fields = fields;
  }

  Map<String, @Nullable Object> fields() {
    return fields;
  }

  /** A value that is there. */
  SpecTree put(String key, Object value) {
    fields.put(key, value);
    return this;
  }

  /** A value if it is there; an empty text is. */
  SpecTree put(String key, Optional<?> value) {
    value.ifPresent(x -> fields.put(key, x));
    return this;
  }

  /** A list or map unless it is empty. */
  SpecTree putFilled(String key, Object listOrMap) {
    boolean empty =
        listOrMap instanceof List<?> list ? list.isEmpty() : ((Map<?, ?>) listOrMap).isEmpty();
    return empty ? this : put(key, listOrMap);
  }

  /** A mapping below this one, put when it is first asked for. */
  SpecTree section(String key) {
    return below(fields.computeIfAbsent(key, x -> new LinkedHashMap<String, @Nullable Object>()));
  }

  @SuppressWarnings("unchecked")
  private static SpecTree below(@Nullable Object section) {
    return section instanceof Map<?, ?> map
        ? new SpecTree((Map<String, @Nullable Object>) map)
        : new SpecTree();
  }

  /** A list of mappings unless it is empty. */
  SpecTree putAll(String key, List<SpecTree> items) {
    return putFilled(key, new ArrayList<>(items.stream().map(SpecTree::fields).toList()));
  }

  /**
   * Puts what nobody reads where it stood.
   *
   * @param sections paths of the dialect's mappings, list positions as {@code []}
   */
  void putUnread(Map<String, @Nullable Object> byPath, Set<String> sections) {
    byPath.forEach(
        (path, value) -> {
          int dot = path.length();
          do {
            dot = path.lastIndexOf('.', dot - 1);
          } while (dot >= 0
              && !sections.contains(path.substring(0, dot).replaceAll("\\[[0-9]+]", "[]")));
          SpecTree section = dot < 0 ? this : at(path.substring(0, dot));
          section.fields.putIfAbsent(path.substring(dot + 1), value);
        });
  }

  private SpecTree at(String path) {
    SpecTree at = this;
    for (String key : path.split("\\.", -1)) {
      Matcher item = ITEM.matcher(key);
      at =
          item.matches()
              ? at.item(item.group(1), Integer.parseInt(item.group(2)))
              : at.section(key);
    }
    return at;
  }

  private SpecTree item(String key, int index) {
    return fields.get(key) instanceof List<?> list && index < list.size()
        ? below(list.get(index))
        : new SpecTree();
  }
}
