package dev.tenon.nn.internal.pass;

import dev.tenon.tensor.NamedArray;
import java.util.List;

/** A batch in parts and together again. */
public final class BatchParts {
  private BatchParts() {}

  /** The batch as it is if it fits the token budget, else in parts of alike lengths that do. */
  public static List<NamedArray> within(NamedArray batch, int tokens) {
    List<List<Integer>> groups = batch.items().withinPadded(tokens);
    return groups.size() == 1 ? List.of(batch) : groups.stream().map(batch::select).toList();
  }

  /** What the parts of a batch gave, in the order of its items. */
  public static NamedArray together(List<NamedArray> parts, NamedArray batch) {
    NamedArray all = parts.size() == 1 ? parts.get(0) : NamedArray.concat(parts);
    return all.items().ids().equals(batch.items().ids())
        ? all
        : all.select(all.items().indexesOf(batch.items().ids()));
  }
}
