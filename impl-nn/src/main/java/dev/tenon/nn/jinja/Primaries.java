package dev.tenon.nn.jinja;

import dev.tenon.nn.jinja.Expressions.ArgumentsOf;
import dev.tenon.nn.jinja.Token.Kind;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The parts of expressions that bind most tightly: literals, names, calls, elements. Used once. */
final class Primaries {
  private final TokenStream stream;
  private final ExpressionParser parser;

  Primaries(TokenStream stream, ExpressionParser parser) {
    this.stream = stream;
    this.parser = parser;
  }

  Expression primary() {
    Token token = stream.peek();
    return switch (token.type()) {
      case NAME -> name(stream.take());
      case STRING -> strings();
      case INTEGER -> Expressions.constant(token.line(), integer(stream.take()));
      case FLOAT -> Expressions.constant(token.line(), Double.valueOf(stream.take().text()));
      case OPERATOR -> bracketed(token);
      default -> throw stream.unexpected("an expression");
    };
  }

  private Expression name(Token token) {
    return switch (token.text()) {
      case "true", "True" -> Expressions.constant(token.line(), true);
      case "false", "False" -> Expressions.constant(token.line(), false);
      case "none", "None" -> Expressions.constant(token.line(), Nothing.NONE);
      default -> {
        parser.namesRead().add(token.text());
        yield new Expressions.Name(token.line(), token.text());
      }
    };
  }

  private Expression strings() {
    int line = stream.line();
    StringBuilder text = new StringBuilder();
    while (stream.peek().is(Kind.STRING)) {
      text.append(stream.take().text());
    }
    return Expressions.constant(line, text.toString());
  }

  private static Object integer(Token token) {
    String text = token.text();
    boolean prefixed = text.length() > 1 && Character.isLetter(text.charAt(1));
    int radix =
        prefixed
            ? switch (text.charAt(1)) {
              case 'x', 'X' -> 16;
              case 'o', 'O' -> 8;
              default -> 2;
            }
            : 10;
    try {
      if (text.length() > 1000) {
        throw new NumberFormatException("long");
      }
      return Types.integer(new BigInteger(prefixed ? text.substring(2) : text, radix));
    } catch (NumberFormatException e) {
      throw new Fault("number '" + text + "' (expected: one that Python reads)", token.line());
    }
  }

  private Expression bracketed(Token token) {
    if (stream.takeOperator("(")) {
      Expression inside =
          stream.peek().isOperator(")")
              ? new Expressions.TupleOf(token.line(), List.of())
              : parser.tuple(true);
      stream.expectOperator(")");
      return inside;
    } else if (stream.takeOperator("[")) {
      return list(token.line());
    } else if (stream.takeOperator("{")) {
      return dict(token.line());
    }
    throw stream.unexpected("an expression");
  }

  private Expression list(int line) {
    List<Expression> items = new ArrayList<>();
    while (!stream.takeOperator("]")) {
      items.add(parser.expression());
      if (!stream.peek().isOperator("]")) {
        stream.expectOperator(",");
      }
    }
    return Expressions.list(line, items);
  }

  private Expression dict(int line) {
    List<Expression> keys = new ArrayList<>();
    List<Expression> values = new ArrayList<>();
    while (!stream.takeOperator("}")) {
      keys.add(parser.expression());
      stream.expectOperator(":");
      values.add(parser.expression());
      if (!stream.peek().isOperator("}")) {
        stream.expectOperator(",");
      }
    }
    return Expressions.dict(line, keys, values);
  }

  /** Attributes, elements and calls after a value. */
  Expression postfix(Expression value) {
    Expression result = value;
    while (true) {
      int line = stream.line();
      if (stream.takeOperator(".")) {
        result = attribute(line, result);
      } else if (stream.takeOperator("[")) {
        result = element(line, result);
      } else if (stream.peek().isOperator("(")) {
        result = Expressions.call(line, result, arguments());
      } else {
        return result;
      }
    }
  }

  private Expression attribute(int line, Expression value) {
    if (stream.peek().is(Kind.INTEGER)) {
      return Expressions.item(line, value, Expressions.constant(line, integer(stream.take())));
    }
    String name = stream.expect(Kind.NAME, "a name").text();
    return new Expressions.Attribute(line, value, name);
  }

  private Expression element(int line, Expression value) {
    Expression first = bound(line);
    if (stream.takeOperator("]")) {
      return Expressions.item(line, value, first);
    }
    if (stream.takeOperator(",")) {
      throw new Fault("a subscript of several parts (expected: one)", line);
    }
    stream.expectOperator(":");
    Expression to = bound(line);
    Expression step = stream.takeOperator(":") ? bound(line) : none(line);
    stream.expectOperator("]");
    return Expressions.slice(line, value, first, to, step);
  }

  private Expression bound(int line) {
    boolean absent = stream.peek().isOperator(":") || stream.peek().isOperator("]");
    return absent ? none(line) : parser.expression();
  }

  private static Expression none(int line) {
    return Expressions.constant(line, Nothing.NONE);
  }

  ArgumentsOf arguments() {
    stream.expectOperator("(");
    List<Expression> positional = new ArrayList<>();
    Map<String, Expression> named = new LinkedHashMap<>();
    Optional<Expression> spread = Optional.empty();
    Optional<Expression> spreadNamed = Optional.empty();
    while (!stream.takeOperator(")")) {
      if (stream.takeOperator("*")) {
        spread = Optional.of(parser.expression());
      } else if (stream.takeOperator("**")) {
        spreadNamed = Optional.of(parser.expression());
      } else if (stream.peek().is(Kind.NAME) && stream.peekSecond().isOperator("=")) {
        String name = stream.take().text();
        stream.take();
        named.put(name, parser.expression());
      } else {
        positional.add(parser.expression());
      }
      if (!stream.peek().isOperator(")")) {
        stream.expectOperator(",");
      }
    }
    return new ArgumentsOf(positional, named, spread, spreadNamed);
  }
}
