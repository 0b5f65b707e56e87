package dev.tenon.nn.jinja;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;

/** What {@code loop} stands for. It looks ahead only where the template asks it to. */
final class Loop implements Attributes, Callable {
  private final Iterator<Object> rest;
  private final Deque<Object> ahead = new ArrayDeque<>();
  private final int depth;
  private final Optional<Callable> recursion;
  private int index0 = -1;
  private Object previous = new Undefined("there is no previous item");
  private Object current = new Undefined("there is no item");
  private Optional<Object> compared = Optional.empty();

  /**
   * A loop before its first item.
   *
   * @param depth from 0
   * @param recursion what a call of the loop does, if it is a recursive one
   */
  Loop(Iterator<Object> items, int depth, Optional<Callable> recursion) {
    this.rest = items;
    this.depth = depth;
    this.recursion = recursion;
  }

  boolean hasNext() {
    return !ahead.isEmpty() || rest.hasNext();
  }

  Object next() {
    previous = index0 < 0 ? previous : current;
    current = ahead.isEmpty() ? rest.next() : ahead.removeFirst();
    index0++;
    return current;
  }

  private long length() {
    rest.forEachRemaining(ahead::addLast);
    return index0 + 1L + ahead.size();
  }

  private Object following() {
    if (ahead.isEmpty() && rest.hasNext()) {
      ahead.addLast(rest.next());
    }
    return ahead.isEmpty() ? new Undefined("there is no next item") : ahead.getFirst();
  }

  @Override
  public Optional<Object> attribute(String name) {
    return switch (name) {
      case "index" -> Optional.of(index0 + 1L);
      case "index0" -> Optional.of((long) index0);
      case "revindex" -> Optional.of(length() - index0);
      case "revindex0" -> Optional.of(length() - index0 - 1);
      case "first" -> Optional.of(index0 == 0);
      case "last" -> Optional.of(!hasNext());
      case "length" -> Optional.of(length());
      case "depth" -> Optional.of(depth + 1L);
      case "depth0" -> Optional.of((long) depth);
      case "previtem" -> Optional.of(previous);
      case "nextitem" -> Optional.of(following());
      case "cycle" -> Optional.of((Callable) this::cycle);
      case "changed" -> Optional.of((Callable) this::changed);
      default -> Optional.empty();
    };
  }

  private Object cycle(Arguments arguments, Run run) {
    List<Object> values = arguments.positional();
    if (values.isEmpty()) {
      throw new Fault("no items for cycling given");
    }
    return values.get(index0 % values.size());
  }

  private Object changed(Arguments arguments, Run run) {
    Object value = new Tuple(arguments.positional());
    boolean changed = compared.isEmpty() || !Types.equal(compared.get(), value);
    compared = Optional.of(value);
    return changed;
  }

  @Override
  public Object call(Arguments arguments, Run run) {
    return recursion
        .orElseThrow(() -> new Fault("a loop must have the 'recursive' marker to be called"))
        .call(arguments, run);
  }
}
