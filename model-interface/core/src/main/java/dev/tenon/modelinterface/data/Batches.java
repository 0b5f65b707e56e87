package dev.tenon.modelinterface.data;

import dev.tenon.error.InvalidInputException;
import dev.tenon.internal.Problems;
import dev.tenon.model.ModelVersion;
import dev.tenon.tensor.Items;
import dev.tenon.tensor.NamedArray;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;

/**
 * The packed batches of one or more passes over a dataset. Items fill a batch in the order of the
 * pass until the next one would not fit. Which items a batch holds is a function of (dataset, batch
 * size, seed, epoch). Immutable and safe for threads; every iterator starts from the beginning.
 */
public final class Batches implements Iterable<NamedArray> {
  private static final int MAX_REPORTED = 10;

  private final Dataset dataset;
  private final BatchSize batchSize;
  private final OptionalLong seed;
  private final long length;
  private final boolean countsEpochs;

  private Batches(
      Dataset dataset, BatchSize batchSize, OptionalLong seed, long length, boolean countsEpochs) {
    if (dataset.size() == 0) {
      throw new InvalidInputException(Problems.problem("items", 0, "at least one"));
    }
    if (length <= 0) {
      throw new InvalidInputException(
          Problems.problem(countsEpochs ? "epochs" : "steps", length, "> 0"));
    }
    this.dataset = dataset;
    this.batchSize = batchSize;
    this.seed = seed;
    this.length = length;
    this.countsEpochs = countsEpochs;
  }

  static Batches shuffled(Dataset dataset, BatchSize size, long seed) {
    return new Batches(dataset, size, OptionalLong.of(seed), 1, true);
  }

  static Batches inOrder(Dataset dataset, BatchSize size) {
    return new Batches(dataset, size, OptionalLong.empty(), 1, true);
  }

  /** So many whole passes. */
  public Batches epochs(long count) {
    return new Batches(dataset, batchSize, seed, count, true);
  }

  /** So many batches, of as many passes as that takes (HuggingFace: {@code max_steps}). */
  public Batches steps(long count) {
    return new Batches(dataset, batchSize, seed, count, false);
  }

  /**
   * Checks every item, so that a run fails before it starts and not in its middle.
   *
   * @param maxPositions longest sequence that the network takes, in tokens
   * @throws InvalidInputException naming up to ten items with a longer sequence
   */
  public void requireFits(int maxPositions) {
    Problems problems = new Problems();
    int found = 0;
    for (int i = 0; i < dataset.size() && found < MAX_REPORTED; i++) {
      // An item's tokens bound its longest sequence and are cheaper to ask for.
      if (dataset.tokens(i) > maxPositions) {
        Items item = dataset.item(i).items();
        int longest = item.longest(0);
        found += longest > maxPositions ? 1 : 0;
        problems.check(
            longest <= maxPositions,
            "item " + item.ids().get(0),
            longest + " tokens",
            "at most max_position_embeddings " + maxPositions);
      }
    }
    problems.throwIfAny(InvalidInputException::new);
  }

  /** Number of batches over all passes. */
  public long size() {
    return countsEpochs ? before(length) : length;
  }

  /** Number of batches in the passes before an epoch. */
  long before(long epoch) {
    if (seed.isEmpty() || batchSize.unit() == BatchSize.Unit.ITEMS) {
      return Math.multiplyExact(epoch, (long) plan(0).size());
    }
    long total = 0;
    for (long each = 0; each < epoch; each++) {
      total += plan(each).size();
    }
    return total;
  }

  /**
   * The items of each batch of one pass, by their numbers in the dataset.
   *
   * @param epoch from 0; not bounded by the number of passes
   */
  List<List<Integer>> plan(long epoch) {
    List<List<Integer>> plan = new ArrayList<>();
    List<Integer> open = new ArrayList<>();
    long cost = 0;
    for (int item : order(epoch)) {
      long more = batchSize.cost(dataset, item);
      if (!open.isEmpty() && cost + more > batchSize.limit()) {
        plan.add(List.copyOf(open));
        open.clear();
        cost = 0;
      }
      open.add(item);
      cost += more;
    }
    plan.add(List.copyOf(open));
    return List.copyOf(plan);
  }

  /** Whether another batch follows when {@code left} batches of an epoch are still to come. */
  boolean continues(ModelVersion done, int left) {
    boolean inPlan = done.epoch() < length && (left > 0 || done.epoch() + 1 < length);
    return countsEpochs ? inPlan : done.globalStep() < length;
  }

  /** The batch of some items, by their numbers in the dataset. */
  NamedArray batch(List<Integer> items) {
    return NamedArray.concat(items.stream().map(dataset::item).toList());
  }

  @Override
  public Iterator<NamedArray> iterator() {
    return from(ModelVersion.start());
  }

  /**
   * The batches that follow a number of steps, one batch a step.
   *
   * @param done how far the run has come
   * @throws InvalidInputException if these batches cannot have led there, so that the dataset, the
   *     batch size or the seed must have changed
   */
  public BatchCursor from(ModelVersion done) {
    return new BatchCursor(this, done);
  }

  /**
   * A digest of what the batches hold: every field of every item, and how items are put into
   * batches. Not of the number of epochs or steps, so a run may be made longer. Reads the whole
   * dataset.
   *
   * @return SHA-256 in lower-case hexadecimal digits
   */
  public String digest() {
    return DataDigest.of(dataset, batchSize, seed);
  }

  private int[] order(long epoch) {
    if (seed.isPresent()) {
      return SeededOrder.of(dataset.size(), seed.getAsLong(), epoch);
    }
    int[] order = new int[dataset.size()];
    for (int i = 0; i < order.length; i++) {
      order[i] = i;
    }
    return order;
  }

  /** Items, batch size, order and length. */
  @Override
  public String toString() {
    String order = seed.isPresent() ? "seed " + seed.getAsLong() : "in order";
    return "Batches(%d items, %d %s, %s, %d %s)"
        .formatted(
            dataset.size(),
            batchSize.limit(),
            batchSize.unit().name().toLowerCase(Locale.ROOT),
            order,
            length,
            countsEpochs ? "epochs" : "steps");
  }
}
