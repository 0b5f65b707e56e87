package dev.tenon.modelinterface.data;

import dev.tenon.tensor.NamedArray;
import java.util.Objects;

/** A range of another dataset's items. */
record Slice(Dataset whole, int from, int to) implements Dataset {
  @Override
  public int size() {
    return to - from;
  }

  @Override
  public NamedArray item(int index) {
    return whole.item(from + Objects.checkIndex(index, size()));
  }

  @Override
  public long tokens(int index) {
    return whole.tokens(from + Objects.checkIndex(index, size()));
  }
}
