package dev.tenon.nn.jinja;

import java.util.AbstractList;
import java.util.RandomAccess;

/** Python's range. */
final class Range extends AbstractList<Object> implements RandomAccess {
  /** As the sandbox of jinja2 allows. */
  private static final long MOST = 100_000;

  private final long start;
  private final long stop;
  private final long step;
  private final int size;

  Range(long start, long stop, long step) {
    if (step == 0) {
      throw new Fault("range() arg 3 must not be zero");
    }
    long between = step > 0 ? Math.subtractExact(stop, start) : Math.subtractExact(start, stop);
    long count = between <= 0 ? 0 : (between - 1) / Math.abs(step) + 1;
    if (count > MOST) {
      throw new Fault("range: " + count + " elements (expected: at most " + MOST + ")");
    }
    this.start = start;
    this.stop = stop;
    this.step = step;
    this.size = (int) count;
  }

  @Override
  public Object get(int index) {
    return start + index * step;
  }

  @Override
  public int size() {
    return size;
  }

  String repr() {
    return "range(" + start + ", " + stop + (step == 1 ? "" : ", " + step) + ")";
  }
}
