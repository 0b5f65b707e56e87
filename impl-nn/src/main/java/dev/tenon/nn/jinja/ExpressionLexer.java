package dev.tenon.nn.jinja;

import dev.tenon.nn.jinja.Token.Kind;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.function.IntPredicate;

/** Cuts the inside of a tag into tokens. Used for one tag. */
final class ExpressionLexer {
  private static final List<String> LONG = List.of("//", "**", "==", "!=", ">=", "<=");
  private static final String SHORT = "+-/*%~[](){}<>=.:|,;";

  private final String source;
  private final List<Token> tokens;
  private final Deque<Character> open = new ArrayDeque<>();

  ExpressionLexer(String source, List<Token> tokens) {
    this.source = source;
    this.tokens = tokens;
  }

  /** Whether a bracket is open, so that an end of a tag is none. */
  boolean isOpen() {
    return !open.isEmpty();
  }

  /** Takes the token at a place that is no white space, and returns where it ends. */
  int take(int start, int line) {
    char c = source.charAt(start);
    if (c == '\'' || c == '"') {
      return string(start, line);
    }
    if (c >= '0' && c <= '9') {
      return number(start, line);
    }
    int word = span(start, ExpressionLexer::isWord);
    if (word > start) {
      tokens.add(new Token(Kind.NAME, source.substring(start, word), line));
      return word;
    }
    return operator(start, line);
  }

  private static boolean isWord(int c) {
    return c == '_' || Character.isLetterOrDigit(c);
  }

  private int span(int start, IntPredicate part) {
    int end = start;
    while (end < source.length() && part.test(source.charAt(end))) {
      end++;
    }
    return end;
  }

  private int operator(int start, int line) {
    String text =
        LONG.stream()
            .filter(x -> source.startsWith(x, start))
            .findFirst()
            .orElse(source.substring(start, start + 1));
    if (text.length() == 1 && SHORT.indexOf(text.charAt(0)) < 0) {
      throw new Fault("unexpected character '" + text + "'", line);
    }
    balance(text.charAt(0), line);
    tokens.add(new Token(Kind.OPERATOR, text, line));
    return start + text.length();
  }

  private void balance(char c, int line) {
    int opening = "([{".indexOf(c);
    if (opening >= 0) {
      open.push(")]}".charAt(opening));
    } else if (")]}".indexOf(c) >= 0) {
      if (open.isEmpty() || open.peek() != c) {
        throw new Fault("unexpected '" + c + "'", line);
      }
      open.pop();
    }
  }

  private int number(int start, int line) {
    boolean prefixed =
        source.charAt(start) == '0'
            && start + 1 < source.length()
            && "xXoObB".indexOf(source.charAt(start + 1)) >= 0;
    if (prefixed) {
      int end = span(start + 2, ExpressionLexer::isWord);
      tokens.add(new Token(Kind.INTEGER, source.substring(start, end).replace("_", ""), line));
      return end;
    }
    int whole = digits(start);
    boolean afterDot = start > 0 && source.charAt(start - 1) == '.';
    int end = afterDot ? whole : exponent(fraction(whole));
    Kind type = end > whole ? Kind.FLOAT : Kind.INTEGER;
    tokens.add(new Token(type, source.substring(start, end).replace("_", ""), line));
    return end;
  }

  private int digits(int start) {
    return span(start, c -> c == '_' || (c >= '0' && c <= '9'));
  }

  private int fraction(int start) {
    boolean dot = start < source.length() && source.charAt(start) == '.';
    int end = dot ? digits(start + 1) : start;
    return end > start + 1 ? end : start;
  }

  private int exponent(int start) {
    if (start >= source.length() || "eE".indexOf(source.charAt(start)) < 0) {
      return start;
    }
    boolean signed = start + 1 < source.length() && "+-".indexOf(source.charAt(start + 1)) >= 0;
    int first = start + (signed ? 2 : 1);
    int end = digits(first);
    return end > first ? end : start;
  }

  private int string(int start, int line) {
    char quote = source.charAt(start);
    for (int i = start + 1; i < source.length(); i++) {
      char c = source.charAt(i);
      if (c == quote) {
        String text = Escapes.decode(source.substring(start + 1, i), line);
        tokens.add(new Token(Kind.STRING, text, line));
        return i + 1;
      }
      i += c == '\\' ? 1 : 0;
    }
    throw new Fault("a string without end", line);
  }
}
