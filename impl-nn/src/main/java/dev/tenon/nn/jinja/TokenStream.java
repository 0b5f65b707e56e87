package dev.tenon.nn.jinja;

import dev.tenon.nn.jinja.Token.Kind;
import java.util.List;

/** The tokens of a template, one after the other. Used once. */
final class TokenStream {
  private final List<Token> tokens;
  private int next;

  TokenStream(List<Token> tokens) {
    this.tokens = tokens;
  }

  Token peek() {
    return tokens.get(next);
  }

  Token peekSecond() {
    return tokens.get(Math.min(next + 1, tokens.size() - 1));
  }

  Token take() {
    Token token = peek();
    next = Math.min(next + 1, tokens.size() - 1);
    return token;
  }

  int line() {
    return peek().line();
  }

  boolean takeName(String name) {
    boolean found = peek().isName(name);
    if (found) {
      take();
    }
    return found;
  }

  boolean takeOperator(String operator) {
    boolean found = peek().isOperator(operator);
    if (found) {
      take();
    }
    return found;
  }

  Token expect(Kind type, String what) {
    if (!peek().is(type)) {
      throw unexpected(what);
    }
    return take();
  }

  void expectOperator(String operator) {
    if (!takeOperator(operator)) {
      throw unexpected("'" + operator + "'");
    }
  }

  Fault unexpected(String expected) {
    return new Fault("unexpected '" + peek().text() + "' (expected: " + expected + ")", line());
  }
}
