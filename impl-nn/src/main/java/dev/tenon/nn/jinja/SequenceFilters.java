package dev.tenon.nn.jinja;

import dev.tenon.nn.jinja.Arguments.Bound;
import dev.tenon.nn.jinja.Filters.Filter;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;

/** The filters on sequences and dicts. */
final class SequenceFilters {
  private SequenceFilters() {}

  static void addTo(Map<String, Filter> filters) {
    filters.put("length", (value, given, run) -> (long) Types.length(value));
    filters.put("count", (value, given, run) -> (long) Types.length(value));
    filters.put("list", (value, given, run) -> Types.list(value, run));
    filters.put("first", (value, given, run) -> first(value));
    filters.put("last", (value, given, run) -> last(value, run));
    filters.put("join", SequenceFilters::join);
    filters.put("reverse", SequenceFilters::reverse);
    filters.put("sort", SequenceFilters::sort);
    filters.put("unique", SequenceFilters::unique);
    filters.put("min", (value, given, run) -> extreme(value, given, run, -1));
    filters.put("max", (value, given, run) -> extreme(value, given, run, 1));
    filters.put("sum", SequenceFilters::sum);
    filters.put("map", SequenceFilters::map);
    filters.put("select", (value, given, run) -> select(value, given, run, 0, true));
    filters.put("reject", (value, given, run) -> select(value, given, run, 0, false));
    filters.put("selectattr", (value, given, run) -> select(value, given, run, 1, true));
    filters.put("rejectattr", (value, given, run) -> select(value, given, run, 1, false));
    filters.put("items", SequenceFilters::items);
    filters.put("dictsort", SequenceFilters::dictSort);
    filters.put("batch", SequenceFilters::batch);
    filters.put("groupby", SequenceFilters::groupBy);
  }

  private static Object first(Object value) {
    Iterator<Object> each = Types.iterate(value);
    return each.hasNext() ? each.next() : new Undefined("No first item, sequence was empty.");
  }

  private static Object last(Object value, Run run) {
    if (value instanceof Generator) {
      throw new Fault("'generator' object is not reversible");
    }
    List<Object> all = Types.list(value, run);
    return all.isEmpty()
        ? new Undefined("No last item, sequence was empty.")
        : all.get(all.size() - 1);
  }

  private static Object join(Object value, Arguments given, Run run) {
    Bound bound = given.bind("join", "d", "attribute");
    String separator = Printing.str(bound.get("d", ""));
    Function<Object, Object> part = getter(bound.get("attribute", Nothing.NONE));
    StringBuilder out = new StringBuilder();
    String before = "";
    for (Object each : Types.list(value, run)) {
      String text = Printing.str(part.apply(each));
      run.budget().take(text.length() + (long) before.length());
      out.append(before).append(text);
      before = separator;
    }
    return out.toString();
  }

  private static Object reverse(Object value, Arguments given, Run run) {
    if (value instanceof String text) {
      run.budget().take(text.length());
      return new StringBuilder(text).reverse().toString();
    }
    List<Object> items = Types.list(value, run);
    Collections.reverse(items);
    return new Generator(items.iterator());
  }

  /** An attribute by its path, {@code a.b.0}; the value itself for None. */
  private static Function<Object, Object> getter(Object path) {
    if (path == Nothing.NONE) {
      return x -> x;
    }
    List<Object> keys = new ArrayList<>();
    for (String part : Printing.str(path).split("\\.", -1)) {
      keys.add(part.matches("[0-9]{1,9}") ? (Object) Long.valueOf(part) : part);
    }
    return x -> {
      Object value = x;
      for (Object key : keys) {
        value = Subscripts.item(value, key);
      }
      return value;
    };
  }

  /** Texts alike in upper and lower case, unless it matters. */
  private static Object folded(Object value, boolean matters) {
    return value instanceof String text && !matters ? text.toLowerCase(Locale.ROOT) : value;
  }

  private static Comparator<Object> order(Run run) {
    return (a, b) -> {
      run.budget().step();
      return Operators.order("<", a, b);
    };
  }

  private static Object sort(Object value, Arguments given, Run run) {
    Bound bound = given.bind("sort", "reverse", "case_sensitive", "attribute");
    boolean matters = bound.flag("case_sensitive");
    Function<Object, Object> key = getter(bound.get("attribute", Nothing.NONE));
    Comparator<Object> order = order(run);
    List<Object> items = Types.list(value, run);
    items.sort(
        Comparator.comparing(
            x -> folded(key.apply(x), matters), bound.flag("reverse") ? order.reversed() : order));
    return items;
  }

  private static Object unique(Object value, Arguments given, Run run) {
    Bound bound = given.bind("unique", "case_sensitive", "attribute");
    Function<Object, Object> key = getter(bound.get("attribute", Nothing.NONE));
    Set<Object> seen = new LinkedHashSet<>();
    List<Object> items = new ArrayList<>();
    for (Object each : Types.list(value, run)) {
      if (seen.add(Types.key(folded(key.apply(each), bound.flag("case_sensitive"))))) {
        items.add(each);
      }
    }
    return new Generator(items.iterator());
  }

  private static Object extreme(Object value, Arguments given, Run run, int sign) {
    Bound bound = given.bind("max", "case_sensitive", "attribute");
    Function<Object, Object> key = getter(bound.get("attribute", Nothing.NONE));
    Object best = new Undefined("No aggregated item, sequence was empty.");
    boolean any = false;
    for (Object each : Types.list(value, run)) {
      Object a = folded(key.apply(each), bound.flag("case_sensitive"));
      if (!any
          || sign * order(run).compare(a, folded(key.apply(best), bound.flag("case_sensitive")))
              > 0) {
        best = each;
        any = true;
      }
    }
    return best;
  }

  private static Object sum(Object value, Arguments given, Run run) {
    Bound bound = given.bind("sum", "attribute", "start");
    Function<Object, Object> key = getter(bound.get("attribute", Nothing.NONE));
    Object sum = bound.get("start", 0L);
    for (Object each : Types.list(value, run)) {
      sum = Operators.binary("+", sum, key.apply(each), run);
    }
    return sum;
  }

  private static Object map(Object value, Arguments given, Run run) {
    List<Object> mapped = new ArrayList<>();
    Function<Object, Object> change = change(given, run);
    for (Object each : Types.list(value, run)) {
      mapped.add(change.apply(each));
    }
    return new Generator(mapped.iterator());
  }

  private static Function<Object, Object> change(Arguments given, Run run) {
    Object attribute = given.named().get("attribute");
    if (given.positional().isEmpty() && attribute != null) {
      Object otherwise = given.named().get("default");
      Function<Object, Object> part = getter(attribute);
      return x -> {
        Object found = part.apply(x);
        return found instanceof Undefined && otherwise != null ? otherwise : found;
      };
    }
    if (given.positional().isEmpty()) {
      throw new Fault("map requires a filter argument");
    }
    String name = Types.text(given.positional().get(0));
    return x -> Filters.apply(name, x, given.from(1), run);
  }

  private static Object select(Object value, Arguments given, Run run, int skip, boolean kept) {
    if (given.positional().size() < skip) {
      throw new Fault("missing parameter for attribute name");
    }
    Function<Object, Object> part = skip == 0 ? x -> x : getter(given.positional().get(0));
    Arguments rest = given.from(skip);
    Function<Object, Boolean> test = x -> Types.truth(x);
    if (!rest.positional().isEmpty()) {
      String name = Types.text(rest.positional().get(0));
      test = x -> Tests.holds(name, x, rest.from(1), run);
    }
    List<Object> chosen = new ArrayList<>();
    for (Object each : Types.list(value, run)) {
      if (test.apply(part.apply(each)) == kept) {
        chosen.add(each);
      }
    }
    return new Generator(chosen.iterator());
  }

  private static Object items(Object value, Arguments given, Run run) {
    if (value instanceof Undefined) {
      return new Generator(Collections.emptyIterator());
    }
    if (value instanceof Map<?, ?> map) {
      return new Generator(Methods.items(map, run).iterator());
    }
    throw new Fault("Can only get item pairs from a mapping.");
  }

  private static Object dictSort(Object value, Arguments given, Run run) {
    Bound bound = given.bind("dictsort", "case_sensitive", "by", "reverse");
    if (!(value instanceof Map<?, ?> map)) {
      throw new Fault("'" + Types.name(value) + "' object has no attribute 'items'");
    }
    int by = bound.text("by", "key").equals("value") ? 1 : 0;
    Comparator<Object> order = order(run);
    List<Object> items = Methods.items(map, run);
    items.sort(
        Comparator.comparing(
            x -> folded(((Tuple) x).items().get(by), bound.flag("case_sensitive")),
            bound.flag("reverse") ? order.reversed() : order));
    return items;
  }

  private static Object batch(Object value, Arguments given, Run run) {
    Bound bound = given.bind("batch", "linecount", "fill_with");
    int size = Math.max(1, Types.index(bound.get("linecount")));
    List<Object> rows = new ArrayList<>();
    List<Object> all = Types.list(value, run);
    for (int from = 0; from < all.size(); from += size) {
      List<Object> row = new ArrayList<>(all.subList(from, Math.min(all.size(), from + size)));
      if (!bound.isNone("fill_with")) {
        run.budget().take(size - row.size());
        row.addAll(Collections.nCopies(size - row.size(), bound.get("fill_with")));
      }
      rows.add(row);
    }
    return new Generator(rows.iterator());
  }

  private static Object groupBy(Object value, Arguments given, Run run) {
    Bound bound = given.bind("groupby", "attribute", "default", "case_sensitive");
    Function<Object, Object> part = getter(bound.get("attribute"));
    Map<Object, List<Object>> groups = new java.util.TreeMap<>(order(run));
    for (Object each : Types.list(value, run)) {
      Object key = part.apply(each);
      key = key instanceof Undefined ? bound.get("default", key) : key;
      Object place = folded(key, bound.flag("case_sensitive"));
      Objects.requireNonNull(groups.computeIfAbsent(place, x -> new ArrayList<>())).add(each);
    }
    List<Object> pairs = new ArrayList<>();
    groups.forEach((key, items) -> pairs.add(Tuple.of(part.apply(items.get(0)), items)));
    return pairs;
  }
}
