package dev.tenon.nn.jinja;

import dev.tenon.nn.jinja.Token.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Cuts a template into tokens, as jinja2's lexer does with {@code trim_blocks} and {@code
 * lstrip_blocks}: a newline after a block tag goes, and so does white space between the start of a
 * line and a block tag; {@code -} in a tag removes all white space on its side, {@code +} none.
 * Used once.
 */
final class Lexer {
  private static final Pattern RAW = Pattern.compile("\\{%[-+]?\\s*raw\\s*(-%}\\s*|%})");
  private static final Pattern END_RAW =
      Pattern.compile("\\{%([-+]?)\\s*endraw\\s*(\\+%}|-%}\\s*|%}\\n?)");

  private final String source;
  private final List<Token> tokens = new ArrayList<>();
  private int position;
  private int line = 1;

  Lexer(String source) {
    String lines = source.replace("\r\n", "\n").replace('\r', '\n');
    this.source = lines.endsWith("\n") ? lines.substring(0, lines.length() - 1) : lines;
  }

  List<Token> tokens() {
    while (position < source.length()) {
      int begin = nextTag();
      if (begin < 0) {
        data(source.length(), source.length());
      } else {
        tag(begin);
      }
    }
    tokens.add(new Token(Kind.END, "end of template", line));
    return tokens;
  }

  private int nextTag() {
    for (int i = source.indexOf('{', position);
        i >= 0 && i + 1 < source.length();
        i = source.indexOf('{', i + 1)) {
      if ("{%#".indexOf(source.charAt(i + 1)) >= 0) {
        return i;
      }
    }
    return -1;
  }

  private void tag(int begin) {
    char kind = source.charAt(begin + 1);
    char sign = begin + 2 < source.length() ? source.charAt(begin + 2) : ' ';
    data(dataEnd(begin, kind, sign), begin);
    Matcher raw = RAW.matcher(source).region(begin, source.length());
    if (raw.lookingAt()) {
      move(raw.end());
      raw();
    } else {
      move(begin + (sign == '-' || sign == '+' ? 3 : 2));
      switch (kind) {
        case '#' -> comment();
        case '%' -> block();
        default -> print();
      }
    }
  }

  /** Where the text before a tag ends, without the white space that the tag removes. */
  private int dataEnd(int begin, char kind, char sign) {
    if (sign == '-') {
      return stripped(position, begin);
    }
    if (sign == '+' || kind == '{') {
      return begin;
    }
    int lineStart = source.lastIndexOf('\n', begin - 1) + 1;
    boolean startsLine = lineStart >= position;
    int from = Math.max(lineStart, position);
    return startsLine && stripped(from, begin) == from ? from : begin;
  }

  private int stripped(int from, int end) {
    int last = end;
    while (last > from && Strings.isSpace(source.charAt(last - 1))) {
      last--;
    }
    return last;
  }

  /** Takes the text up to {@code end} and goes on at {@code next}. */
  private void data(int end, int next) {
    if (end > position) {
      tokens.add(new Token(Kind.DATA, source.substring(position, end), line));
    }
    move(next);
  }

  private void move(int to) {
    for (int i = position; i < to; i++) {
      line += source.charAt(i) == '\n' ? 1 : 0;
    }
    position = to;
  }

  private void raw() {
    Matcher end = END_RAW.matcher(source);
    if (!end.find(position)) {
      throw new Fault("missing end of raw block", line);
    }
    char sign = end.group(1).isEmpty() ? ' ' : end.group(1).charAt(0);
    data(dataEnd(end.start(), '%', sign), end.start());
    move(end.end());
  }

  private void comment() {
    int end = source.indexOf("#}", position);
    if (end < 0) {
      throw new Fault("missing end of comment", line);
    }
    char sign = end > position ? source.charAt(end - 1) : ' ';
    move(end + 2);
    trim(sign);
  }

  /** Removes what a block tag or a comment removes after itself. */
  private void trim(char sign) {
    if (sign == '-') {
      skipSpace();
    } else if (sign != '+' && position < source.length() && source.charAt(position) == '\n') {
      move(position + 1);
    }
  }

  private void skipSpace() {
    int to = position;
    while (to < source.length() && Strings.isSpace(source.charAt(to))) {
      to++;
    }
    move(to);
  }

  private void block() {
    tokens.add(new Token(Kind.BLOCK_BEGIN, "{%", line));
    char sign = expression("%}", "-+");
    tokens.add(new Token(Kind.BLOCK_END, "%}", line));
    trim(sign);
  }

  private void print() {
    tokens.add(new Token(Kind.PRINT_BEGIN, "{{", line));
    char sign = expression("}}", "-");
    tokens.add(new Token(Kind.PRINT_END, "}}", line));
    if (sign == '-') {
      skipSpace();
    }
  }

  /** Takes tokens up to the end of the tag, moves past it, and returns its sign or a blank. */
  private char expression(String end, String signs) {
    ExpressionLexer inside = new ExpressionLexer(source, tokens);
    while (true) {
      skipSpace();
      if (position >= source.length()) {
        throw new Fault("unexpected end of template (expected: " + end + ")", line);
      }
      char first = source.charAt(position);
      if (!inside.isOpen() && source.startsWith(end, position)) {
        move(position + 2);
        return ' ';
      }
      if (!inside.isOpen() && signs.indexOf(first) >= 0 && source.startsWith(end, position + 1)) {
        move(position + 3);
        return first;
      }
      move(inside.take(position, line));
    }
  }
}
