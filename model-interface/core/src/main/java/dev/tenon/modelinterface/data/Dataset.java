package dev.tenon.modelinterface.data;

import dev.tenon.error.InvalidInputException;
import dev.tenon.internal.Problems;
import dev.tenon.tensor.NamedArray;
import java.util.List;

/**
 * Items to learn from or to measure on, by number. Implementations are immutable and safe for
 * threads; an item's id is unique in its dataset, and all items have the same fields.
 */
public interface Dataset {
  /** Number of items. */
  int size();

  /**
   * One item, as a batch of its own.
   *
   * @param index from 0
   */
  NamedArray item(int index);

  /** Tokens of one item, over all its sequences. */
  default long tokens(int index) {
    return item(index).items().tokens();
  }

  /** A dataset of items in memory, each a batch with one item. */
  static Dataset of(List<NamedArray> items) {
    List<NamedArray> copy = List.copyOf(items);
    return new Dataset() {
      @Override
      public int size() {
        return copy.size();
      }

      @Override
      public NamedArray item(int index) {
        return copy.get(index);
      }
    };
  }

  /**
   * The items from one number (inclusive) to another (exclusive), to hold some out for example.
   *
   * @throws InvalidInputException if the range does not lie within the dataset
   */
  default Dataset slice(int from, int to) {
    if (from < 0 || to < from || to > size()) {
      throw new InvalidInputException(
          Problems.problem("items", from + ".." + to, "a range within 0.." + size()));
    }
    return new Slice(this, from, to);
  }

  /** One pass in an order that the seed and the number of the epoch fix, the same on every JVM. */
  default Batches batches(BatchSize size, long seed) {
    return Batches.shuffled(this, size, seed);
  }

  /** One pass in the order of the dataset. */
  default Batches batches(BatchSize size) {
    return Batches.inOrder(this, size);
  }
}
