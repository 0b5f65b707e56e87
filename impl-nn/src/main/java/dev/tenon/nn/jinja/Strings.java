package dev.tenon.nn.jinja;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.IntPredicate;

/** Text as Python sees it: a sequence of code points. */
final class Strings {
  private Strings() {}

  /** Python's {@code str.isspace}, of one code point. */
  static boolean isSpace(int c) {
    return (c >= 9 && c <= 13)
        || (c >= 28 && c <= 32)
        || c == 0x85
        || c == 0xA0
        || c == 0x1680
        || (c >= 0x2000 && c <= 0x200A)
        || c == 0x2028
        || c == 0x2029
        || c == 0x202F
        || c == 0x205F
        || c == 0x3000;
  }

  static int length(String text) {
    return text.codePointCount(0, text.length());
  }

  static List<Object> characters(String text) {
    List<Object> characters = new ArrayList<>(text.length());
    text.codePoints().forEach(c -> characters.add(Character.toString(c)));
    return characters;
  }

  /** The code points from one index to another, each from 0 to the length. */
  static String slice(String text, int from, int to) {
    if (from >= to) {
      return "";
    }
    int start = text.offsetByCodePoints(0, from);
    return text.substring(start, text.offsetByCodePoints(start, to - from));
  }

  /** Python's {@code strip}, {@code lstrip} and {@code rstrip}, with None as white space. */
  static String strip(String text, Object characters, boolean left, boolean right) {
    IntPredicate gone =
        characters == Nothing.NONE
            ? Strings::isSpace
            : Types.text(characters).codePoints().boxed().toList()::contains;
    int start = 0;
    int end = text.length();
    while (left && start < end && gone.test(text.codePointAt(start))) {
      start += Character.charCount(text.codePointAt(start));
    }
    while (right && start < end && gone.test(text.codePointBefore(end))) {
      end -= Character.charCount(text.codePointBefore(end));
    }
    return text.substring(start, end);
  }

  /** Python's {@code split(None, most)}: at white space, without empty parts. */
  static List<Object> words(String text, int most) {
    List<Object> words = new ArrayList<>();
    String rest = strip(text, Nothing.NONE, true, false);
    while (!rest.isEmpty()) {
      int end = 0;
      while (end < rest.length() && !isSpace(rest.codePointAt(end))) {
        end += Character.charCount(rest.codePointAt(end));
      }
      if (words.size() == most) {
        words.add(rest);
        return words;
      }
      words.add(rest.substring(0, end));
      rest = strip(rest.substring(end), Nothing.NONE, true, false);
    }
    return words;
  }

  /** Python's {@code rsplit(None, most)}. */
  static List<Object> lastWords(String text, int most) {
    String reversed = new StringBuilder(text).reverse().toString();
    List<Object> words = new ArrayList<>();
    for (Object word : words(reversed, most)) {
      words.add(0, new StringBuilder((String) word).reverse().toString());
    }
    return words;
  }

  /** Python's {@code split(separator, most)}; {@code most} below 0 is without limit. */
  static List<Object> split(String text, String separator, int most) {
    if (separator.isEmpty()) {
      throw new Fault("empty separator");
    }
    List<Object> parts = new ArrayList<>();
    int from = 0;
    int at = text.indexOf(separator);
    while (at >= 0 && (most < 0 || parts.size() < most)) {
      parts.add(text.substring(from, at));
      from = at + separator.length();
      at = text.indexOf(separator, from);
    }
    parts.add(text.substring(from));
    return parts;
  }

  /** Python's {@code rsplit(separator, most)}. */
  static List<Object> lastSplit(String text, String separator, int most) {
    List<Object> parts = split(text, separator, -1);
    if (most < 0 || parts.size() <= most + 1) {
      return parts;
    }
    int joined = parts.size() - most;
    List<String> first = parts.subList(0, joined).stream().map(String.class::cast).toList();
    List<Object> result = new ArrayList<>();
    result.add(String.join(separator, first));
    result.addAll(parts.subList(joined, parts.size()));
    return result;
  }

  /** Python's {@code splitlines}. */
  static List<Object> lines(String text, boolean keepEnds) {
    List<Object> lines = new ArrayList<>();
    int from = 0;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      boolean ends =
          (c >= 10 && c <= 13) || (c >= 28 && c <= 30) || c == 0x85 || c == 0x2028 || c == 0x2029;
      if (ends) {
        int next = c == '\r' && text.startsWith("\n", i + 1) ? i + 2 : i + 1;
        lines.add(text.substring(from, keepEnds ? next : i));
        from = next;
        i = next - 1;
      }
    }
    if (from < text.length()) {
      lines.add(text.substring(from));
    }
    return lines;
  }

  /** Title case of one code point, which for some is two letters. */
  static String titleCase(int c) {
    String upper = Character.toString(c).toUpperCase(Locale.ROOT);
    return length(upper) == 1
        ? Character.toString(Character.toTitleCase(c))
        : upper.substring(0, 1) + upper.substring(1).toLowerCase(Locale.ROOT);
  }

  /** Python's {@code capitalize}. */
  static String capitalize(String text) {
    if (text.isEmpty()) {
      return text;
    }
    int first = text.offsetByCodePoints(0, 1);
    return titleCase(text.codePointAt(0)) + text.substring(first).toLowerCase(Locale.ROOT);
  }

  /** Whether there is a code point and all are so. */
  static boolean all(String text, IntPredicate rule) {
    return !text.isEmpty() && text.codePoints().allMatch(rule);
  }
}
