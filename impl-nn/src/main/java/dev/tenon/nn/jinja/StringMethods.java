package dev.tenon.nn.jinja;

import dev.tenon.nn.jinja.Arguments.Bound;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.IntPredicate;

/** The methods of a string. Their arguments have Python's names and order. */
final class StringMethods {
  private static final Map<String, Method> METHODS = new TreeMap<>();

  private StringMethods() {}

  /** A method with the string it is called on. */
  @FunctionalInterface
  private interface Method {
    Object call(String text, Arguments given, Run run);
  }

  static Optional<Callable> find(String text, String name) {
    return Optional.ofNullable(METHODS.get(name))
        .map(
            method ->
                (given, run) -> {
                  run.budget().take(text.length() / 16);
                  return method.call(text, given, run);
                });
  }

  static {
    strip("strip", true, true);
    strip("lstrip", true, false);
    strip("rstrip", false, true);
    plain("upper", x -> x.toUpperCase(Locale.ROOT));
    plain("lower", x -> x.toLowerCase(Locale.ROOT));
    plain("casefold", x -> x.toLowerCase(Locale.ROOT));
    plain("capitalize", Strings::capitalize);
    plain("title", StringMethods::title);
    plain("swapcase", StringMethods::swapCase);
    rule("isspace", Strings::isSpace);
    rule("isdigit", Character::isDigit);
    rule("isdecimal", Character::isDigit);
    rule("isnumeric", Character::isDigit);
    rule("isalpha", Character::isLetter);
    rule("isalnum", Character::isLetterOrDigit);
    METHODS.put("isupper", (text, given, run) -> cased(text, Character::isUpperCase));
    METHODS.put("islower", (text, given, run) -> cased(text, Character::isLowerCase));
    METHODS.put("split", (text, given, run) -> split(text, given, run, true));
    METHODS.put("rsplit", (text, given, run) -> split(text, given, run, false));
    METHODS.put(
        "splitlines",
        (text, given, run) ->
            Strings.lines(text, given.bind("splitlines", "keepends").flag("keepends")));
    METHODS.put("join", StringMethods::join);
    METHODS.put("replace", (text, given, run) -> replace(text, given, run));
    METHODS.put("startswith", (text, given, run) -> affix(text, given, true));
    METHODS.put("endswith", (text, given, run) -> affix(text, given, false));
    METHODS.put("removeprefix", (text, given, run) -> without(text, given, true));
    METHODS.put("removesuffix", (text, given, run) -> without(text, given, false));
    METHODS.put("find", (text, given, run) -> place(text, given, true));
    METHODS.put("rfind", (text, given, run) -> place(text, given, false));
    METHODS.put("index", (text, given, run) -> found(place(text, given, true)));
    METHODS.put("rindex", (text, given, run) -> found(place(text, given, false)));
    METHODS.put(
        "count",
        (text, given, run) -> {
          String part = Types.text(given.bind("count", "sub").get("sub"));
          return part.isEmpty()
              ? Strings.length(text) + 1L
              : Strings.split(text, part, -1).size() - 1L;
        });
    METHODS.put("partition", (text, given, run) -> partition(text, given, true));
    METHODS.put("rpartition", (text, given, run) -> partition(text, given, false));
    METHODS.put("ljust", (text, given, run) -> pad("ljust", text, given, run, 0));
    METHODS.put("rjust", (text, given, run) -> pad("rjust", text, given, run, 2));
    METHODS.put("center", (text, given, run) -> pad("center", text, given, run, 1));
    METHODS.put("zfill", StringMethods::zeros);
    METHODS.put("format", BraceFormat::format);
  }

  private static void plain(String name, java.util.function.UnaryOperator<String> method) {
    METHODS.put(
        name,
        (text, given, run) -> {
          given.bind(name);
          run.budget().take(text.length());
          return method.apply(text);
        });
  }

  private static void rule(String name, IntPredicate each) {
    METHODS.put(name, (text, given, run) -> Strings.all(text, each));
  }

  private static void strip(String name, boolean left, boolean right) {
    METHODS.put(
        name,
        (text, given, run) ->
            Strings.strip(text, given.bind(name, "chars").get("chars", Nothing.NONE), left, right));
  }

  private static boolean cased(String text, IntPredicate wanted) {
    IntPredicate cased = c -> Character.isUpperCase(c) || Character.isLowerCase(c);
    return text.codePoints().anyMatch(cased) && text.codePoints().filter(cased).allMatch(wanted);
  }

  /** Upper case at the start of each run of letters. */
  private static String title(String text) {
    StringBuilder out = new StringBuilder();
    boolean inside = false;
    for (int c : text.codePoints().toArray()) {
      out.append(inside ? Character.toString(Character.toLowerCase(c)) : Strings.titleCase(c));
      inside = Character.isLetter(c);
    }
    return out.toString();
  }

  private static String swapCase(String text) {
    StringBuilder out = new StringBuilder();
    text.codePoints()
        .forEach(
            c ->
                out.appendCodePoint(
                    Character.isUpperCase(c)
                        ? Character.toLowerCase(c)
                        : Character.toUpperCase(c)));
    return out.toString();
  }

  private static Object split(String text, Arguments given, Run run, boolean fromStart) {
    Bound bound = given.bind("split", "sep", "maxsplit");
    int most = bound.index("maxsplit", -1);
    run.budget().take(text.length());
    if (bound.isNone("sep")) {
      return fromStart ? Strings.words(text, most) : Strings.lastWords(text, most);
    }
    String separator = bound.text("sep", "");
    return fromStart
        ? Strings.split(text, separator, most)
        : Strings.lastSplit(text, separator, most);
  }

  private static Object join(String text, Arguments given, Run run) {
    StringBuilder out = new StringBuilder();
    String separator = "";
    int index = 0;
    for (Object each : Types.list(given.bind("join", "iterable").get("iterable"), run)) {
      if (!(each instanceof String part)) {
        throw new Fault(
            "sequence item " + index + ": expected str instance, " + Types.name(each) + " found");
      }
      run.budget().take(separator.length() + (long) part.length());
      out.append(separator).append(part);
      separator = text;
      index++;
    }
    return out.toString();
  }

  static String replace(String text, Arguments given, Run run) {
    Bound bound = given.bind("replace", "old", "new", "count");
    String old = Types.text(bound.get("old"));
    String with = Types.text(bound.get("new"));
    int most = bound.index("count", -1);
    List<Object> parts = old.isEmpty() ? Strings.characters(text) : Strings.split(text, old, most);
    run.budget().take(text.length() + (long) parts.size() * with.length());
    if (!old.isEmpty()) {
      return String.join(with, parts.stream().map(String.class::cast).toList());
    }
    StringBuilder out = new StringBuilder();
    int done = 0;
    for (Object part : parts) {
      out.append(most < 0 || done++ < most ? with : "").append(part);
    }
    return out.append(most < 0 || done < most ? with : "").toString();
  }

  private static boolean affix(String text, Arguments given, boolean start) {
    Bound bound = given.bind("startswith", "prefix", "start", "end");
    String part = cut(text, bound);
    Object wanted = bound.get("prefix");
    List<Object> all = wanted instanceof Tuple tuple ? tuple.items() : List.of(wanted);
    return all.stream()
        .map(Types::text)
        .anyMatch(x -> start ? part.startsWith(x) : part.endsWith(x));
  }

  private static String cut(String text, Bound bound) {
    Subscripts.Span span =
        Subscripts.span(
            bound.get("start", Nothing.NONE),
            bound.get("end", Nothing.NONE),
            1,
            Strings.length(text));
    return Strings.slice(text, span.from(), span.to());
  }

  private static String without(String text, Arguments given, boolean start) {
    String part = Types.text(given.bind("removeprefix", "affix").get("affix"));
    if (start) {
      return text.startsWith(part) ? text.substring(part.length()) : text;
    }
    return text.endsWith(part) ? text.substring(0, text.length() - part.length()) : text;
  }

  private static long place(String text, Arguments given, boolean first) {
    Bound bound = given.bind("find", "sub", "start", "end");
    String wanted = Types.text(bound.get("sub"));
    String inside = cut(text, bound);
    int at = first ? inside.indexOf(wanted) : inside.lastIndexOf(wanted);
    int skipped =
        Subscripts.span(bound.get("start", Nothing.NONE), Nothing.NONE, 1, Strings.length(text))
            .from();
    return at < 0 ? -1 : skipped + inside.codePointCount(0, at);
  }

  private static long found(long place) {
    if (place < 0) {
      throw new Fault("substring not found");
    }
    return place;
  }

  private static Tuple partition(String text, Arguments given, boolean first) {
    String separator = Types.text(given.bind("partition", "sep").get("sep"));
    int at = first ? text.indexOf(separator) : text.lastIndexOf(separator);
    if (at < 0) {
      return first ? Tuple.of(text, "", "") : Tuple.of("", "", text);
    }
    return Tuple.of(text.substring(0, at), separator, text.substring(at + separator.length()));
  }

  /** Pads on the right (0), on both sides (1) or on the left (2). */
  static String pad(String name, String text, Arguments given, Run run, int side) {
    Bound bound = given.bind(name, "width", "fillchar");
    int missing = Math.max(0, bound.index("width", 80) - Strings.length(text));
    run.budget().take(missing);
    int width = missing + Strings.length(text);
    int left = side == 0 ? 0 : side == 2 ? missing : missing / 2 + (missing & width & 1);
    String fill = bound.text("fillchar", " ");
    return fill.repeat(left) + text + fill.repeat(missing - left);
  }

  private static String zeros(String text, Arguments given, Run run) {
    int missing =
        Math.max(0, given.bind("zfill", "width").index("width", 0) - Strings.length(text));
    run.budget().take(missing);
    boolean signed = text.startsWith("-") || text.startsWith("+");
    String sign = signed ? text.substring(0, 1) : "";
    return sign + "0".repeat(missing) + text.substring(sign.length());
  }
}
