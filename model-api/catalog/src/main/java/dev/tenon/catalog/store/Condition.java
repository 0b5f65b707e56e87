package dev.tenon.catalog.store;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * A query, but for its kind and limit, as a condition of SQL; every value is an argument. Used by
 * one thread.
 */
final class Condition {
  private final List<String> parts = new ArrayList<>();
  private final List<Object> arguments = new ArrayList<>();

  Condition(StoreQuery query) {
    query.namespace().ifPresent(x -> add("o.namespace = ?", x));
    query.prefix().ifPresent(x -> add("substr(o.name, 1, length(?)) = ?", x, x));
    query.text().ifPresent(x -> add("instr(lower(o.name), ?) > 0", x.toLowerCase(Locale.ROOT)));
    query.framework().ifPresent(x -> add("v.framework = ?", x));
    query.task().ifPresent(x -> add(exists("task", "task = ?"), x));
    query.tags().forEach((tag, value) -> add(exists("tag", "tag = ? AND value = ?"), tag, value));
    for (MetricBound bound : query.metrics()) {
      String compare = "metric = ? AND value " + (bound.least() ? ">=" : "<=") + " ?";
      add(exists("metric", compare), bound.metric(), bound.bound());
    }
    if (query.newestOnly()) {
      add("v.number = (SELECT max(number) FROM version WHERE object = o.id)");
    }
  }

  private static String exists(String table, String condition) {
    return "EXISTS(SELECT 1 FROM " + table + " WHERE version = v.id AND " + condition + ")";
  }

  private void add(String part, Object... values) {
    parts.add(part);
    arguments.addAll(List.of(values));
  }

  String text() {
    return parts.isEmpty() ? "1" : String.join(" AND ", parts);
  }

  List<Object> arguments() {
    return arguments;
  }
}
