package dev.tenon.nn.jinja;

/** The escapes of a string literal: those of Python. */
final class Escapes {
  private static final String NAMED = "\\'\"abfnrtv";
  private static final String MEANT = "\\'\"\u0007\b\f\n\r\t\u000b";

  private Escapes() {}

  static String decode(String text, int line) {
    if (text.indexOf('\\') < 0) {
      return text;
    }
    StringBuilder out = new StringBuilder();
    int i = 0;
    while (i < text.length()) {
      char c = text.charAt(i);
      if (c != '\\' || i + 1 == text.length()) {
        out.append(c);
        i++;
      } else {
        i = escape(text, i + 1, out, line);
      }
    }
    return out.toString();
  }

  /** Reads what stands after a backslash and returns where it ends. */
  private static int escape(String text, int at, StringBuilder out, int line) {
    char c = text.charAt(at);
    int named = NAMED.indexOf(c);
    if (named >= 0) {
      out.append(MEANT.charAt(named));
      return at + 1;
    }
    return switch (c) {
      case '\n' -> at + 1;
      case 'x' -> code(text, at + 1, at + 3, 16, out, line);
      case 'u' -> code(text, at + 1, at + 5, 16, out, line);
      case 'U' -> code(text, at + 1, at + 9, 16, out, line);
      case '0', '1', '2', '3', '4', '5', '6', '7' ->
          code(text, at, octalEnd(text, at), 8, out, line);
      default -> {
        out.append('\\').append(c);
        yield at + 1;
      }
    };
  }

  private static int octalEnd(String text, int at) {
    int end = at;
    while (end < text.length()
        && end < at + 3
        && text.charAt(end) >= '0'
        && text.charAt(end) < '8') {
      end++;
    }
    return end;
  }

  private static int code(String text, int from, int to, int radix, StringBuilder out, int line) {
    try {
      out.appendCodePoint(Integer.parseInt(text.substring(from, to), radix));
      return to;
    } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
      throw new Fault("an escape in a string that is none", line);
    }
  }
}
