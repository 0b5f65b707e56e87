package dev.tenon.nn.jinja;

import dev.tenon.nn.jinja.Statements.ForParts;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Optional;

/** {@code for ... in ... if ...}, with {@code else} and {@code recursive}. */
final class ForLoop extends Statement {
  private final ForParts parts;

  ForLoop(int line, ForParts parts) {
    super(line);
    this.parts = parts;
  }

  @Override
  Flow execute(Scope scope, Output output) {
    loop(parts.items().value(scope), 0, scope, output);
    return Flow.NEXT;
  }

  private void loop(Object items, int depth, Scope scope, Output output) {
    Iterator<Object> each = Types.iterate(items);
    Iterator<Object> chosen =
        parts.test().map(x -> (Iterator<Object>) new Chosen(each, x, scope)).orElse(each);
    Loop loop = new Loop(chosen, depth, recursion(depth, scope));
    boolean any = false;
    while (loop.hasNext()) {
      any = true;
      Scope inside = scope.inner();
      Statements.assign(parts.target(), loop.next(), inside);
      inside.set("loop", loop);
      if (parts.body().run(inside, output) == Flow.BREAK) {
        break;
      }
    }
    if (!any) {
      parts.otherwise().run(scope.inner(), output);
    }
  }

  private Optional<Callable> recursion(int depth, Scope scope) {
    if (!parts.recursive()) {
      return Optional.empty();
    }
    return Optional.of(
        (arguments, run) -> {
          Output inner = new Output(run.budget());
          Object items = arguments.bind("loop", "iterable").get("iterable");
          loop(items, depth + 1, scope, inner);
          return inner.toString();
        });
  }

  /** The items that a test lets through, each tested when it is asked for. */
  private final class Chosen implements Iterator<Object> {
    private final Iterator<Object> items;
    private final Expression test;
    private final Scope scope;
    private Optional<Object> next = Optional.empty();

    private Chosen(Iterator<Object> items, Expression test, Scope scope) {
      this.items = items;
      this.test = test;
      this.scope = scope;
    }

    @Override
    public boolean hasNext() {
      while (next.isEmpty() && items.hasNext()) {
        Object item = items.next();
        Scope inside = scope.inner();
        Statements.assign(parts.target(), item, inside);
        next = Types.truth(test.value(inside)) ? Optional.of(item) : Optional.empty();
      }
      return next.isPresent();
    }

    @Override
    public Object next() {
      if (!hasNext()) {
        throw new NoSuchElementException();
      }
      Object item = next.orElseThrow();
      next = Optional.empty();
      return item;
    }
  }
}
