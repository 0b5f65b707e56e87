package dev.tenon.nn.jinja;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Python's {@code text % values}, with the conversions s, r, d, i, f and x. */
final class PercentFormat {
  private static final Pattern PLACE =
      Pattern.compile(
          "%(?:\\(([^)]*)\\))?([-0 +#]*)(\\d{0,3})(?:\\.(\\d{1,3}))?(.)", Pattern.DOTALL);

  private PercentFormat() {}

  static String format(String text, Object values, Run run) {
    List<Object> items = values instanceof Tuple tuple ? tuple.items() : List.of(values);
    StringBuilder out = new StringBuilder();
    Matcher place = PLACE.matcher(text);
    int used = 0;
    int from = 0;
    while (place.find()) {
      out.append(text, from, place.start());
      from = place.end();
      if (place.group(5).equals("%")) {
        out.append('%');
        continue;
      }
      if (place.group(1) == null && used == items.size()) {
        throw new Fault("not enough arguments for format string");
      }
      Object value = place.group(1) == null ? items.get(used++) : member(values, place.group(1));
      String shown = one(place, value);
      run.budget().take(shown.length());
      out.append(shown);
    }
    if (used < items.size() && !(values instanceof Map)) {
      throw new Fault("not all arguments converted during string formatting");
    }
    return out.append(text, from, text.length()).toString();
  }

  private static Object member(Object values, String key) {
    if (values instanceof Map<?, ?> map && map.get(key) != null) {
      return Objects.requireNonNull(map.get(key));
    }
    throw new Fault("format requires a mapping with '" + key + "'");
  }

  private static String one(Matcher place, Object value) {
    String precision = place.group(4);
    String shown =
        switch (place.group(5).charAt(0)) {
          case 's' -> cut(Printing.str(value), precision);
          case 'r' -> cut(Printing.repr(value), precision);
          case 'd', 'i' -> number(value);
          case 'x' -> Types.integer(value).toString(16);
          case 'f' ->
              String.format(
                  Locale.ROOT,
                  "%." + (precision == null ? "6" : precision) + "f",
                  Types.real(value));
          default -> throw new Fault("unsupported format character '" + place.group(5) + "'");
        };
    String flags = place.group(2);
    boolean positive = Types.isNumber(value) && Types.real(value) >= 0;
    shown = flags.contains("+") && positive ? "+" + shown : shown;
    int width = place.group(3).isEmpty() ? 0 : Integer.parseInt(place.group(3));
    String fill =
        (flags.contains("0") ? "0" : " ").repeat(Math.max(0, width - Strings.length(shown)));
    return flags.contains("-") ? shown + fill : fill + shown;
  }

  private static String number(Object value) {
    return value instanceof Double real
        ? new java.math.BigDecimal(real).toBigInteger().toString()
        : Types.integer(value).toString();
  }

  private static String cut(String text, @Nullable String precision) {
    int most = precision == null ? Integer.MAX_VALUE : Integer.parseInt(precision);
    return Strings.slice(text, 0, Math.min(most, Strings.length(text)));
  }
}
