package dev.tenon.nn.jinja;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;

/** The kinds of expressions. */
final class Expressions {
  private Expressions() {}

  /** An expression whose value a function computes. */
  static Expression of(int line, Function<Scope, Object> compute) {
    return new Expression(line) {
      @Override
      Object compute(Scope scope) {
        return compute.apply(scope);
      }
    };
  }

  static Expression constant(int line, Object value) {
    return of(line, scope -> value);
  }

  /** A name, which can be assigned to as well. */
  static final class Name extends Expression {
    private final String name;

    Name(int line, String name) {
      super(line);
      this.name = name;
    }

    String name() {
      return name;
    }

    @Override
    Object compute(Scope scope) {
      return scope.get(name);
    }
  }

  /** {@code a, b} or {@code (a, b)}, which can be assigned to if its parts can. */
  static final class TupleOf extends Expression {
    private final List<Expression> parts;

    TupleOf(int line, List<Expression> parts) {
      super(line);
      this.parts = List.copyOf(parts);
    }

    List<Expression> parts() {
      return parts;
    }

    @Override
    Object compute(Scope scope) {
      return new Tuple(values(parts, scope));
    }
  }

  /** {@code value.name}, which can be assigned to if the value is a namespace. */
  static final class Attribute extends Expression {
    private final Expression value;
    private final String name;

    Attribute(int line, Expression value, String name) {
      super(line);
      this.value = value;
      this.name = name;
    }

    @Override
    Object compute(Scope scope) {
      return Subscripts.attribute(value.value(scope), name);
    }

    void assign(Scope scope, Object assigned) {
      if (value.value(scope) instanceof Namespace namespace) {
        namespace.put(name, assigned);
      } else {
        throw new Fault("cannot assign attribute on non-namespace object", line());
      }
    }
  }

  static Expression list(int line, List<Expression> parts) {
    return of(line, scope -> values(parts, scope));
  }

  static Expression dict(int line, List<Expression> keys, List<Expression> values) {
    return of(
        line,
        scope -> {
          Map<Object, Object> map = new LinkedHashMap<>();
          for (int i = 0; i < keys.size(); i++) {
            map.put(Types.key(keys.get(i).value(scope)), values.get(i).value(scope));
          }
          return map;
        });
  }

  private static List<Object> values(List<Expression> parts, Scope scope) {
    List<Object> values = new ArrayList<>(parts.size());
    parts.forEach(x -> values.add(x.value(scope)));
    return values;
  }

  static Expression item(int line, Expression value, Expression key) {
    return of(line, scope -> Subscripts.item(value.value(scope), key.value(scope)));
  }

  static Expression slice(
      int line, Expression value, Expression from, Expression to, Expression step) {
    return of(
        line,
        scope ->
            Subscripts.slice(
                value.value(scope),
                from.value(scope),
                to.value(scope),
                step.value(scope),
                scope.run()));
  }

  static Expression binary(int line, String operator, Expression a, Expression b) {
    return of(
        line, scope -> Operators.binary(operator, a.value(scope), b.value(scope), scope.run()));
  }

  /** {@code ~}: both as text, joined. */
  static Expression concatenation(int line, List<Expression> parts) {
    return of(
        line,
        scope -> {
          StringBuilder out = new StringBuilder();
          for (Expression each : parts) {
            String part = Printing.str(each.value(scope));
            scope.budget().take(part.length());
            out.append(part);
          }
          return out.toString();
        });
  }

  /** {@code a < b <= c}: each operator between its neighbours, up to the first that fails. */
  static Expression comparison(
      int line, Expression first, List<String> operators, List<Expression> others) {
    return of(
        line,
        scope -> {
          Object left = first.value(scope);
          for (int i = 0; i < operators.size(); i++) {
            Object right = others.get(i).value(scope);
            if (!Operators.compare(operators.get(i), left, right, scope.run())) {
              return false;
            }
            left = right;
          }
          return true;
        });
  }

  static Expression and(int line, Expression a, Expression b) {
    return of(
        line,
        scope -> {
          Object left = a.value(scope);
          return Types.truth(left) ? b.value(scope) : left;
        });
  }

  static Expression or(int line, Expression a, Expression b) {
    return of(
        line,
        scope -> {
          Object left = a.value(scope);
          return Types.truth(left) ? left : b.value(scope);
        });
  }

  static Expression not(int line, Expression a) {
    return of(line, scope -> !Types.truth(a.value(scope)));
  }

  static Expression negative(int line, Expression a) {
    return of(
        line,
        scope -> {
          Object value = a.value(scope);
          return value instanceof Double number
              ? (Object) (-number)
              : Operators.binary("-", 0L, value, scope.run());
        });
  }

  static Expression positive(int line, Expression a) {
    return of(line, scope -> Operators.binary("+", 0L, a.value(scope), scope.run()));
  }

  static Expression conditional(
      int line, Expression test, Expression then, Optional<Expression> otherwise) {
    return of(
        line,
        scope -> {
          if (Types.truth(test.value(scope))) {
            return then.value(scope);
          }
          return otherwise.isPresent()
              ? otherwise.get().value(scope)
              : new Undefined(
                  "the inline if-expression evaluated to false and no else section was defined");
        });
  }

  static Expression call(int line, Expression function, ArgumentsOf arguments) {
    return of(line, scope -> scope.run().call(function.value(scope), arguments.values(scope)));
  }

  static Expression filter(int line, Expression value, String name, ArgumentsOf arguments) {
    return of(
        line,
        scope -> Filters.apply(name, value.value(scope), arguments.values(scope), scope.run()));
  }

  static Expression test(int line, Expression value, String name, ArgumentsOf arguments) {
    return of(
        line, scope -> Tests.holds(name, value.value(scope), arguments.values(scope), scope.run()));
  }

  /** The arguments of a call, as written. */
  record ArgumentsOf(
      List<Expression> positional,
      Map<String, Expression> named,
      Optional<Expression> spread,
      Optional<Expression> spreadNamed) {
    static ArgumentsOf none() {
      return new ArgumentsOf(List.of(), Map.of(), Optional.empty(), Optional.empty());
    }

    static ArgumentsOf one(Expression argument) {
      return new ArgumentsOf(List.of(argument), Map.of(), Optional.empty(), Optional.empty());
    }

    Arguments values(Scope scope) {
      List<Object> values = Expressions.values(positional, scope);
      spread.ifPresent(x -> values.addAll(Types.list(x.value(scope), scope.run())));
      Map<String, Object> byName = new LinkedHashMap<>();
      named.forEach((name, x) -> byName.put(name, x.value(scope)));
      spreadNamed.ifPresent(x -> addAll(x.value(scope), byName));
      return new Arguments(values, byName);
    }

    private static void addAll(Object given, Map<String, Object> byName) {
      if (!(given instanceof Map<?, ?> map)) {
        throw new Fault("argument after ** must be a mapping, not " + Types.name(given));
      }
      map.forEach(
          (name, value) ->
              byName.put(Types.text(Objects.requireNonNull(name)), Objects.requireNonNull(value)));
    }
  }
}
