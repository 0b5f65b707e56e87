package dev.tenon.modelinterface.data;

import dev.tenon.error.InvalidInputException;
import dev.tenon.internal.Problems;

/**
 * When a batch is full. A batch is the whole batch of an optimizer step (HuggingFace: {@code
 * per_device_train_batch_size} × {@code gradient_accumulation_steps}); in how many parts it passes
 * through the network is {@link dev.tenon.spec.FinetuneSpec#microBatchTokens}'s matter.
 *
 * @param unit what is counted
 * @param limit most of them in a batch, &gt; 0; one item of more tokens is a batch of its own
 */
public record BatchSize(Unit unit, long limit) {
  /** Checks the limit. */
  public BatchSize {
    if (limit <= 0) {
      throw new InvalidInputException(Problems.problem(unit + " of a batch", limit, "> 0"));
    }
  }

  /** At most so many tokens in a batch. */
  public static BatchSize tokens(long limit) {
    return new BatchSize(Unit.TOKENS, limit);
  }

  /** So many items in a batch; the last one of a pass may have fewer. */
  public static BatchSize items(long limit) {
    return new BatchSize(Unit.ITEMS, limit);
  }

  long cost(Dataset dataset, int item) {
    return unit == Unit.ITEMS ? 1 : dataset.tokens(item);
  }

  /** What fills a batch. */
  public enum Unit {
    /** Tokens of all sequences; packed, so there is no padding to count. */
    TOKENS,
    /** Items, however long. */
    ITEMS
  }
}
