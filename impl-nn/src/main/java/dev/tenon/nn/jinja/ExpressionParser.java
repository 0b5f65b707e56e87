package dev.tenon.nn.jinja;

import dev.tenon.nn.jinja.Expressions.ArgumentsOf;
import dev.tenon.nn.jinja.Token.Kind;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Tokens to expressions, with the precedence that jinja2 gives its operators. Used once. */
final class ExpressionParser {
  private static final int DEPTH = 100;
  private static final Set<String> COMPARISONS = Set.of("==", "!=", "<", "<=", ">", ">=");

  private final TokenStream stream;
  private final Primaries primaries;
  private final Set<String> read = new HashSet<>();
  private int depth;

  ExpressionParser(TokenStream stream) {
    this.stream = stream;
    this.primaries = new Primaries(stream, this);
  }

  /** Every name that an expression so far reads; the caller may take names out again. */
  Set<String> namesRead() {
    return read;
  }

  /** One expression. */
  Expression expression() {
    deeper();
    Expression parsed = conditional();
    depth--;
    return parsed;
  }

  private void deeper() {
    if (++depth > DEPTH) {
      throw new Fault(
          "nested expressions: more than " + DEPTH + " (expected: fewer)", stream.line());
    }
  }

  /** An expression, or several with commas between them, which are a tuple. */
  Expression tuple(boolean conditionals) {
    int line = stream.line();
    List<Expression> parts = new ArrayList<>();
    boolean comma = false;
    while (!endsTuple()) {
      parts.add(conditionals ? expression() : or());
      comma = stream.takeOperator(",");
      if (!comma) {
        break;
      }
    }
    if (parts.isEmpty()) {
      throw stream.unexpected("an expression");
    }
    return parts.size() == 1 && !comma ? parts.get(0) : new Expressions.TupleOf(line, parts);
  }

  private boolean endsTuple() {
    Token token = stream.peek();
    return token.is(Kind.PRINT_END) || token.is(Kind.BLOCK_END) || token.isOperator(")");
  }

  private Expression conditional() {
    Expression value = or();
    int line = stream.line();
    while (stream.takeName("if")) {
      Expression test = or();
      Optional<Expression> otherwise =
          stream.takeName("else") ? Optional.of(expression()) : Optional.empty();
      value = Expressions.conditional(line, test, value, otherwise);
    }
    return value;
  }

  private Expression or() {
    Expression left = and();
    for (int line = stream.line(); stream.takeName("or"); line = stream.line()) {
      left = Expressions.or(line, left, and());
    }
    return left;
  }

  private Expression and() {
    Expression left = not();
    for (int line = stream.line(); stream.takeName("and"); line = stream.line()) {
      left = Expressions.and(line, left, not());
    }
    return left;
  }

  private Expression not() {
    int line = stream.line();
    if (!stream.takeName("not")) {
      return comparison();
    }
    deeper();
    Expression negated = Expressions.not(line, not());
    depth--;
    return negated;
  }

  private Expression comparison() {
    int line = stream.line();
    Expression first = sum();
    List<String> operators = new ArrayList<>();
    List<Expression> others = new ArrayList<>();
    for (Optional<String> each = comparator(); each.isPresent(); each = comparator()) {
      operators.add(each.get());
      others.add(sum());
    }
    return operators.isEmpty() ? first : Expressions.comparison(line, first, operators, others);
  }

  private Optional<String> comparator() {
    Token token = stream.peek();
    if (token.is(Kind.OPERATOR) && COMPARISONS.contains(token.text())) {
      return Optional.of(stream.take().text());
    } else if (stream.takeName("in")) {
      return Optional.of("in");
    } else if (token.isName("not") && stream.peekSecond().isName("in")) {
      stream.take();
      stream.take();
      return Optional.of("not in");
    }
    return Optional.empty();
  }

  private Expression sum() {
    Expression left = concatenation();
    while (stream.peek().isOperator("+") || stream.peek().isOperator("-")) {
      Token operator = stream.take();
      left = Expressions.binary(operator.line(), operator.text(), left, concatenation());
    }
    return left;
  }

  private Expression concatenation() {
    int line = stream.line();
    List<Expression> parts = new ArrayList<>(List.of(product()));
    while (stream.takeOperator("~")) {
      parts.add(product());
    }
    return parts.size() == 1 ? parts.get(0) : Expressions.concatenation(line, parts);
  }

  private Expression product() {
    Expression left = power();
    while (Set.of("*", "/", "//", "%").contains(stream.peek().text())
        && stream.peek().is(Kind.OPERATOR)) {
      Token operator = stream.take();
      left = Expressions.binary(operator.line(), operator.text(), left, power());
    }
    return left;
  }

  private Expression power() {
    Expression left = unary(true);
    for (int line = stream.line(); stream.takeOperator("**"); line = stream.line()) {
      left = Expressions.binary(line, "**", left, unary(true));
    }
    return left;
  }

  private Expression unary(boolean filtered) {
    int line = stream.line();
    Expression value;
    deeper();
    if (stream.takeOperator("-")) {
      value = Expressions.negative(line, unary(false));
    } else if (stream.takeOperator("+")) {
      value = Expressions.positive(line, unary(false));
    } else {
      value = primaries.primary();
    }
    depth--;
    value = primaries.postfix(value);
    return filtered ? filtered(value) : value;
  }

  private Expression filtered(Expression value) {
    Expression result = value;
    while (true) {
      int line = stream.line();
      if (stream.takeOperator("|")) {
        result = filter(line, result);
      } else if (stream.takeName("is")) {
        result = test(line, result);
      } else if (stream.peek().isOperator("(")) {
        result = Expressions.call(line, result, primaries.arguments());
      } else {
        return result;
      }
    }
  }

  ArgumentsOf arguments() {
    return primaries.arguments();
  }

  /** The filter whose name comes next, on a value. */
  Expression filter(int line, Expression value) {
    String name = dotted("a filter");
    return Expressions.filter(line, value, name, optionalArguments());
  }

  private ArgumentsOf optionalArguments() {
    return stream.peek().isOperator("(") ? primaries.arguments() : ArgumentsOf.none();
  }

  private Expression test(int line, Expression value) {
    boolean negated = stream.takeName("not");
    String name = dotted("a test");
    ArgumentsOf arguments = startsArgument() ? argument() : optionalArguments();
    Expression test = Expressions.test(line, value, name, arguments);
    return negated ? Expressions.not(line, test) : test;
  }

  private boolean startsArgument() {
    Token token = stream.peek();
    return switch (token.type()) {
      case NAME -> !Set.of("else", "or", "and", "is", "if", "in", "not").contains(token.text());
      case STRING, INTEGER, FLOAT -> true;
      case OPERATOR -> token.text().equals("[") || token.text().equals("{");
      default -> false;
    };
  }

  private ArgumentsOf argument() {
    return ArgumentsOf.one(primaries.postfix(primaries.primary()));
  }

  private String dotted(String what) {
    StringBuilder name = new StringBuilder(stream.expect(Kind.NAME, what).text());
    while (stream.takeOperator(".")) {
      name.append('.').append(stream.expect(Kind.NAME, what).text());
    }
    return name.toString();
  }
}
