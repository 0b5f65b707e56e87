package dev.tenon.nn.jinja;

import dev.tenon.chat.RenderedChat.Part;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;

/** The kinds of statements but the loop. */
final class Statements {
  private Statements() {}

  private static Statement of(int line, BiConsumer<Scope, Output> action) {
    return new Statement(line) {
      @Override
      Flow execute(Scope scope, Output output) {
        action.accept(scope, output);
        return Flow.NEXT;
      }
    };
  }

  /** A statement that leaves or goes on with the loop around it. */
  static Statement jump(int line, Statement.Flow flow) {
    return new Statement(line) {
      @Override
      Flow execute(Scope scope, Output output) {
        return flow;
      }
    };
  }

  static Statement text(int line, String text) {
    return of(line, (scope, output) -> output.print(text));
  }

  static Statement print(int line, Expression value) {
    return of(line, (scope, output) -> output.print(Printing.str(value.value(scope))));
  }

  /** Several, in order. */
  static Statement block(int line, List<Statement> statements) {
    return new Statement(line) {
      @Override
      Flow execute(Scope scope, Output output) {
        for (Statement each : statements) {
          Flow flow = each.run(scope, output);
          if (flow != Flow.NEXT) {
            return flow;
          }
        }
        return Flow.NEXT;
      }
    };
  }

  /** The first branch whose test holds. */
  static Statement choice(
      int line, List<Expression> tests, List<Statement> branches, Statement otherwise) {
    return new Statement(line) {
      @Override
      Flow execute(Scope scope, Output output) {
        for (int i = 0; i < tests.size(); i++) {
          if (Types.truth(tests.get(i).value(scope))) {
            return branches.get(i).run(scope, output);
          }
        }
        return otherwise.run(scope, output);
      }
    };
  }

  static Statement set(int line, Expression target, Expression value) {
    return of(line, (scope, output) -> assign(target, value.value(scope), scope));
  }

  /** What a part prints becomes a value. */
  static Statement setBlock(int line, Expression target, Statement body, Filtering filter) {
    return of(
        line, (scope, output) -> assign(target, filter.apply(printed(body, scope), scope), scope));
  }

  static Statement filterBlock(int line, Statement body, Filtering filter) {
    return of(
        line,
        (scope, output) -> output.print(Printing.str(filter.apply(printed(body, scope), scope))));
  }

  private static Object printed(Statement body, Scope scope) {
    Output part = new Output(scope.budget());
    body.run(scope.inner(), part);
    return part.toString();
  }

  /** Filters after each other on a value. */
  @FunctionalInterface
  interface Filtering {
    Object apply(Object value, Scope scope);
  }

  static Statement with(
      int line, List<Expression> targets, List<Expression> values, Statement body) {
    return new Statement(line) {
      @Override
      Flow execute(Scope scope, Output output) {
        Scope inside = scope.inner();
        for (int i = 0; i < targets.size(); i++) {
          assign(targets.get(i), values.get(i).value(scope), inside);
        }
        return body.run(inside, output);
      }
    };
  }

  static Statement macro(int line, String name, Macro.Parameters parameters, Statement body) {
    return of(line, (scope, output) -> scope.set(name, new Macro(name, parameters, body, scope)));
  }

  static Statement call(
      int line,
      Expression function,
      Expressions.ArgumentsOf arguments,
      Macro.Parameters parameters,
      Statement body) {
    return of(
        line,
        (scope, output) -> {
          Arguments given = arguments.values(scope);
          Map<String, Object> named = new java.util.LinkedHashMap<>(given.named());
          named.put("caller", new Macro("caller", parameters, body, scope));
          Object value =
              scope.run().call(function.value(scope), new Arguments(given.positional(), named));
          output.print(Printing.str(value));
        });
  }

  /**
   * Marks what the assistant said. A block inside a macro counts from where the template's own
   * output stands, as in transformers.
   */
  static Statement generation(int line, Statement body) {
    return of(
        line,
        (scope, output) -> {
          String printed = (String) printed(body, scope);
          int start = scope.run().output().length();
          scope.run().generated().add(new Part(start, start + Strings.length(printed)));
          output.print(printed);
        });
  }

  /** Gives names to a value: one, the attribute of a namespace, or several. */
  static void assign(Expression target, Object value, Scope scope) {
    if (target instanceof Expressions.Name name) {
      scope.set(name.name(), value);
    } else if (target instanceof Expressions.Attribute attribute) {
      attribute.assign(scope, value);
    } else if (target instanceof Expressions.TupleOf names) {
      unpack(names, value, scope);
    }
  }

  private static void unpack(Expressions.TupleOf names, Object value, Scope scope) {
    List<Object> values = Types.list(value, scope.run());
    if (values.size() != names.parts().size()) {
      throw new Fault(
          (values.size() < names.parts().size() ? "not enough" : "too many")
              + " values to unpack (expected "
              + names.parts().size()
              + ")",
          names.line());
    }
    for (int i = 0; i < values.size(); i++) {
      assign(names.parts().get(i), values.get(i), scope);
    }
  }

  /** A loop over what an expression gives. */
  record ForParts(
      Expression target,
      Expression items,
      Optional<Expression> test,
      Statement body,
      Statement otherwise,
      boolean recursive) {}
}
