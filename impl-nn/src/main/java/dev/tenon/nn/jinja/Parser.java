package dev.tenon.nn.jinja;

import dev.tenon.nn.jinja.Expressions.ArgumentsOf;
import dev.tenon.nn.jinja.Statements.ForParts;
import dev.tenon.nn.jinja.Token.Kind;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Tokens to statements. Used once. */
final class Parser {
  private static final int DEPTH = 60;

  private final TokenStream stream;
  private final ExpressionParser expressions;
  private boolean generation;
  private int depth;
  private int loops;

  Parser(List<Token> tokens) {
    this.stream = new TokenStream(tokens);
    this.expressions = new ExpressionParser(stream);
  }

  /** The whole template. */
  Statement template() {
    Statement body = body(Set.of());
    if (!stream.peek().is(Kind.END)) {
      throw stream.unexpected("no end tag here");
    }
    return body;
  }

  /** Whether there is a generation block. */
  boolean hasGeneration() {
    return generation;
  }

  /** Statements up to a tag of one of these names, whose opening is taken. */
  private Statement body(Set<String> ends) {
    int line = stream.line();
    if (++depth > DEPTH) {
      throw new Fault("nested tags: more than " + DEPTH + " (expected: fewer)", line);
    }
    List<Statement> statements = new ArrayList<>();
    while (!stream.peek().is(Kind.END)) {
      if (stream.peek().is(Kind.BLOCK_BEGIN) && ends.contains(stream.peekSecond().text())) {
        stream.take();
        break;
      }
      statements.add(statement());
    }
    depth--;
    return Statements.block(line, statements);
  }

  private Statement statement() {
    Token token = stream.take();
    int line = token.line();
    return switch (token.type()) {
      case DATA -> Statements.text(line, token.text());
      case PRINT_BEGIN -> {
        Expression value = expressions.tuple(true);
        stream.expect(Kind.PRINT_END, "}}");
        yield Statements.print(line, value);
      }
      default -> tag(stream.expect(Kind.NAME, "the name of a tag"));
    };
  }

  private Statement tag(Token name) {
    int line = name.line();
    return switch (name.text()) {
      case "if" -> choice(line);
      case "for" -> loop(line);
      case "set" -> set(line);
      case "macro" -> macro(line);
      case "call" -> call(line);
      case "filter" -> filter(line);
      case "with" -> with(line);
      case "generation" -> generation(line);
      case "break" -> jump(line, Statement.Flow.BREAK);
      case "continue" -> jump(line, Statement.Flow.CONTINUE);
      default ->
          throw new Fault(
              "unknown tag '" + name.text() + "' (expected: one that chat templates have)", line);
    };
  }

  private Statement jump(int line, Statement.Flow flow) {
    if (loops == 0) {
      throw new Fault("break or continue outside of a loop", line);
    }
    endTag();
    return Statements.jump(line, flow);
  }

  private void endTag() {
    stream.expect(Kind.BLOCK_END, "%}");
  }

  /** A body up to its end tag. */
  private Statement bodyUpTo(String end) {
    Statement body = body(Set.of(end));
    end(end);
    return body;
  }

  private void end(String name) {
    if (!stream.takeName(name)) {
      throw stream.unexpected("{% " + name + " %}");
    }
    endTag();
  }

  private Statement choice(int line) {
    List<Expression> tests = new ArrayList<>();
    List<Statement> branches = new ArrayList<>();
    do {
      tests.add(expressions.tuple(false));
      endTag();
      branches.add(body(Set.of("elif", "else", "endif")));
    } while (stream.takeName("elif"));
    Statement otherwise = Statements.block(line, List.of());
    if (stream.takeName("else")) {
      endTag();
      otherwise = body(Set.of("endif"));
    }
    end("endif");
    return Statements.choice(line, tests, branches, otherwise);
  }

  private Statement loop(int line) {
    Expression target = targets("in");
    if (!stream.takeName("in")) {
      throw stream.unexpected("in");
    }
    Expression items = expressions.tuple(false);
    Optional<Expression> test =
        stream.takeName("if") ? Optional.of(expressions.expression()) : Optional.empty();
    boolean recursive = stream.takeName("recursive");
    endTag();
    loops++;
    Statement body = body(Set.of("else", "endfor"));
    loops--;
    Statement otherwise = Statements.block(line, List.of());
    if (stream.takeName("else")) {
      endTag();
      otherwise = body(Set.of("endfor"));
    }
    end("endfor");
    return new ForLoop(line, new ForParts(target, items, test, body, otherwise, recursive));
  }

  /** What is assigned to: names and attributes of namespaces, with commas or brackets. */
  private Expression targets(String end) {
    int line = stream.line();
    List<Expression> parts = new ArrayList<>();
    boolean comma = true;
    while (comma && !stream.peek().isName(end)) {
      parts.add(target());
      comma = stream.takeOperator(",");
    }
    return parts.size() == 1 && !comma ? parts.get(0) : new Expressions.TupleOf(line, parts);
  }

  private Expression target() {
    if (stream.takeOperator("(")) {
      Expression inside = targets(")");
      stream.expectOperator(")");
      return inside;
    }
    Token name = stream.expect(Kind.NAME, "a name");
    Expression variable = new Expressions.Name(name.line(), name.text());
    return stream.takeOperator(".")
        ? new Expressions.Attribute(
            name.line(), variable, stream.expect(Kind.NAME, "a name").text())
        : variable;
  }

  private Statement set(int line) {
    Expression target = targets("=");
    if (stream.takeOperator("=")) {
      Expression value = expressions.tuple(true);
      endTag();
      return Statements.set(line, target, value);
    }
    Statements.Filtering filters = filters(false);
    endTag();
    return Statements.setBlock(line, target, bodyUpTo("endset"), filters);
  }

  /** Filters with bars before them; the first one may have none. */
  private Statements.Filtering filters(boolean first) {
    int line = stream.line();
    Expressions.Name value = new Expressions.Name(line, "|");
    Expression filtered = first ? expressions.filter(line, value) : value;
    while (stream.takeOperator("|")) {
      filtered = expressions.filter(line, filtered);
    }
    Expression all = filtered;
    return (text, scope) -> {
      Scope inside = scope.inner();
      inside.set("|", text); // no template can say this name
      return all.value(inside);
    };
  }

  private Statement filter(int line) {
    Statements.Filtering filters = filters(true);
    endTag();
    return Statements.filterBlock(line, bodyUpTo("endfilter"), filters);
  }

  private Statement with(int line) {
    List<Expression> targets = new ArrayList<>();
    List<Expression> values = new ArrayList<>();
    while (!stream.peek().is(Kind.BLOCK_END)) {
      if (!targets.isEmpty()) {
        stream.expectOperator(",");
      }
      targets.add(target());
      stream.expectOperator("=");
      values.add(expressions.expression());
    }
    endTag();
    return Statements.with(line, targets, values, bodyUpTo("endwith"));
  }

  private Statement generation(int line) {
    generation = true;
    endTag();
    return Statements.generation(line, closed("endgeneration", new HashSet<>()));
  }

  private Statement macro(int line) {
    String name = stream.expect(Kind.NAME, "the name of a macro").text();
    Set<String> used = new HashSet<>();
    Macro.Parameters parameters = parameters(used);
    endTag();
    return Statements.macro(line, name, parameters, closed("endmacro", used));
  }

  private Statement call(int line) {
    Set<String> used = new HashSet<>();
    Macro.Parameters parameters =
        stream.peek().isOperator("(")
            ? parameters(used)
            : new Macro.Parameters(List.of(), Map.of(), used);
    Token name = stream.expect(Kind.NAME, "a macro");
    Expression function = new Expressions.Name(name.line(), name.text());
    while (stream.takeOperator(".")) {
      function =
          new Expressions.Attribute(line, function, stream.expect(Kind.NAME, "a name").text());
    }
    ArgumentsOf arguments = expressions.arguments();
    endTag();
    return Statements.call(line, function, arguments, parameters, closed("endcall", used));
  }

  /** The body of a macro: loops around it cannot be left from it. Adds the names that it reads. */
  private Statement closed(String end, Set<String> used) {
    int outer = loops;
    loops = 0;
    Set<String> before = Set.copyOf(expressions.namesRead());
    expressions.namesRead().clear();
    Statement body = bodyUpTo(end);
    used.addAll(expressions.namesRead());
    expressions.namesRead().addAll(before);
    loops = outer;
    return body;
  }

  private Macro.Parameters parameters(Set<String> used) {
    stream.expectOperator("(");
    List<String> names = new ArrayList<>();
    Map<String, Expression> defaults = new LinkedHashMap<>();
    while (!stream.takeOperator(")")) {
      String name = stream.expect(Kind.NAME, "a parameter").text();
      names.add(name);
      if (stream.takeOperator("=")) {
        defaults.put(name, expressions.expression());
      }
      if (!stream.peek().isOperator(")")) {
        stream.expectOperator(",");
      }
    }
    return new Macro.Parameters(names, defaults, used);
  }
}
