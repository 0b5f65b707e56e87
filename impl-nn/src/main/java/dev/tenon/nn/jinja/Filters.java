package dev.tenon.nn.jinja;

import dev.tenon.nn.jinja.Arguments.Bound;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Filters by name: jinja2's, and {@code tojson} as transformers has it. */
final class Filters {
  private static final Map<String, Filter> FILTERS = new HashMap<>();

  private Filters() {}

  /** A filter on a value. */
  @FunctionalInterface
  interface Filter {
    Object apply(Object value, Arguments given, Run run);
  }

  /**
   * Applies a filter.
   *
   * @throws Fault if there is none of this name
   */
  static Object apply(String name, Object value, Arguments given, Run run) {
    Filter filter = FILTERS.get(name);
    if (filter == null) {
      throw new Fault("no filter named '" + name + "'");
    }
    return filter.apply(value, given, run);
  }

  static {
    SequenceFilters.addTo(FILTERS);
    put("string", (value, given, run) -> Printing.str(value));
    put("safe", (value, given, run) -> Printing.str(value));
    put("default", Filters::otherwise);
    put("d", Filters::otherwise);
    put("tojson", ToJson::filter);
    put("int", Filters::integer);
    put("float", Filters::real);
    put("abs", (value, given, run) -> absolute(value));
    put("round", (value, given, run) -> round(value, given));
    put("attr", (value, given, run) -> attribute(value, given));
    onText("upper");
    onText("lower");
    onText("capitalize");
    put("trim", (value, given, run) -> trim(value, given));
    put("title", (value, given, run) -> title(Printing.str(value)));
    put("replace", Filters::replace);
    put(
        "center",
        (value, given, run) -> StringMethods.pad("center", Printing.str(value), given, run, 1));
    put("indent", (value, given, run) -> indent(Printing.str(value), given, run));
    put("truncate", (value, given, run) -> truncate(Printing.str(value), given));
    put("wordcount", (value, given, run) -> words(Printing.str(value)));
    put("format", (value, given, run) -> format(Printing.str(value), given, run));
  }

  private static void put(String name, Filter filter) {
    FILTERS.put(name, filter);
  }

  /** A filter that is the method of the same name of the value as text. */
  private static void onText(String name) {
    put(
        name,
        (value, given, run) ->
            run.call(StringMethods.find(Printing.str(value), name).orElseThrow(), given));
  }

  private static Object otherwise(Object value, Arguments given, Run run) {
    Bound bound = given.bind("default", "default_value", "boolean");
    boolean absent = value instanceof Undefined || (bound.flag("boolean") && !Types.truth(value));
    return absent ? bound.get("default_value", "") : value;
  }

  private static Object integer(Object value, Arguments given, Run run) {
    Bound bound = given.bind("int", "default", "base");
    Object otherwise = bound.get("default", 0L);
    if (value instanceof Undefined undefined) {
      throw undefined.fault();
    } else if (value instanceof Double number) {
      return Double.isFinite(number)
          ? Types.integer(new BigDecimal(number).toBigInteger())
          : otherwise;
    } else if (Types.isNumber(value)) {
      return Types.integer(Types.integer(value));
    } else if (value instanceof String text) {
      return parsed(
          Strings.strip(text, Nothing.NONE, true, true), bound.index("base", 10), otherwise);
    }
    return otherwise;
  }

  private static Object parsed(String text, int base, Object otherwise) {
    if (text.length() > 1000) {
      return otherwise;
    }
    try {
      return Types.integer(new BigInteger(text.replace("_", ""), base));
    } catch (NumberFormatException e) {
      Object number = number(text, otherwise);
      return number instanceof Double real && number != otherwise && Double.isFinite(real)
          ? Types.integer(new BigDecimal(real).toBigInteger())
          : otherwise;
    }
  }

  private static Object real(Object value, Arguments given, Run run) {
    Object otherwise = given.bind("float", "default").get("default", 0.0);
    if (value instanceof Undefined undefined) {
      throw undefined.fault();
    }
    if (Types.isNumber(value)) {
      return Types.real(value);
    }
    return value instanceof String text ? number(text, otherwise) : otherwise;
  }

  private static final Pattern REAL =
      Pattern.compile("[+-]?([0-9]{1,400}\\.?[0-9]{0,400}|\\.[0-9]{1,400})([eE][+-]?[0-9]{1,9})?");

  private static Object number(String text, Object otherwise) {
    String plain = Strings.strip(text, Nothing.NONE, true, true);
    return REAL.matcher(plain).matches() ? (Object) Double.valueOf(plain) : otherwise;
  }

  private static Object absolute(Object value) {
    if (value instanceof Double number) {
      return Math.abs(number);
    }
    return Types.integer(Types.integer(value).abs());
  }

  private static Object round(Object value, Arguments given) {
    Bound bound = given.bind("round", "precision", "method");
    int precision = bound.index("precision", 0);
    String method = bound.text("method", "common");
    if (Math.abs(precision) > 300) {
      throw new Fault("precision " + precision + " (expected: from -300 to 300)");
    }
    RoundingMode mode =
        switch (method) {
          case "common" -> RoundingMode.HALF_EVEN;
          case "ceil" -> RoundingMode.CEILING;
          case "floor" -> RoundingMode.FLOOR;
          default -> throw new Fault("method must be common, ceil or floor");
        };
    if (Types.isInteger(value) && method.equals("common")) {
      return precision >= 0
          ? value
          : Types.integer(
              new BigDecimal(Types.integer(value)).setScale(precision, mode).toBigInteger());
    }
    double number = Types.real(value);
    return Double.isFinite(number)
        ? new BigDecimal(number).setScale(precision, mode).doubleValue()
        : number;
  }

  private static Object attribute(Object value, Arguments given) {
    String name = Types.text(given.bind("attr", "name").get("name"));
    return Methods.find(value, name).orElseGet(() -> Undefined.attribute(value, name));
  }

  private static Object trim(Object value, Arguments given) {
    Object characters = given.bind("trim", "chars").get("chars", Nothing.NONE);
    return Strings.strip(Printing.str(value), characters, true, true);
  }

  private static final Pattern WORD =
      Pattern.compile("[^-\\s({\\[<]+", Pattern.UNICODE_CHARACTER_CLASS);

  /** jinja2's own rule: a new word begins after white space, a hyphen or an opening bracket. */
  private static String title(String text) {
    Matcher word = WORD.matcher(text);
    return word.replaceAll(x -> Matcher.quoteReplacement(upperFirst(x.group())));
  }

  private static String upperFirst(String word) {
    int first = word.offsetByCodePoints(0, 1);
    return word.substring(0, first).toUpperCase(Locale.ROOT)
        + word.substring(first).toLowerCase(Locale.ROOT);
  }

  private static Object replace(Object value, Arguments given, Run run) {
    Bound bound = given.bind("replace", "old", "new", "count");
    Object count = bound.get("count", Nothing.NONE);
    Arguments texts =
        Arguments.of(Printing.str(bound.get("old")), Printing.str(bound.get("new")), count);
    return StringMethods.replace(Printing.str(value), texts, run);
  }

  private static Object indent(String text, Arguments given, Run run) {
    Bound bound = given.bind("indent", "width", "first", "blank");
    Object width = bound.get("width", 4L);
    run.budget().take(text.length());
    String by = width instanceof String own ? own : blanks(Types.index(width), run);
    StringBuilder out = new StringBuilder();
    boolean inside = bound.flag("first");
    for (Object each : Strings.lines(text + "\n", false)) {
      String line = (String) each;
      boolean first = out.length() == 0 && !inside;
      out.append(out.length() == 0 ? "" : "\n");
      boolean indented = inside || (!first && (!line.isEmpty() || bound.flag("blank")));
      run.budget().take(by.length() + 1L);
      out.append(indented ? by : "").append(line);
      inside = false;
      if (out.length() == 0) {
        out.append('\u0000'); // an empty first line has been written
      }
    }
    return out.length() > 0 && out.charAt(0) == '\u0000' ? out.substring(1) : out.toString();
  }

  private static String blanks(int count, Run run) {
    run.budget().take(Math.max(0, count));
    return " ".repeat(Math.max(0, count));
  }

  private static Object truncate(String text, Arguments given) {
    Bound bound = given.bind("truncate", "length", "killwords", "end", "leeway");
    int length = bound.index("length", 255);
    String end = bound.text("end", "...");
    int size = Strings.length(text);
    if (size <= length + bound.index("leeway", 5)) {
      return text;
    }
    String cut = Strings.slice(text, 0, Math.min(size, Math.max(0, length - Strings.length(end))));
    if (bound.flag("killwords")) {
      return cut + end;
    }
    int blank = cut.lastIndexOf(' ');
    return (blank < 0 ? cut : cut.substring(0, blank)) + end;
  }

  private static Object words(String text) {
    Matcher word = Pattern.compile("\\w+", Pattern.UNICODE_CHARACTER_CLASS).matcher(text);
    return word.results().count();
  }

  private static Object format(String text, Arguments given, Run run) {
    Object values =
        given.named().isEmpty()
            ? new Tuple(given.positional())
            : new HashMap<Object, Object>(given.named());
    return PercentFormat.format(text, values, run);
  }
}
