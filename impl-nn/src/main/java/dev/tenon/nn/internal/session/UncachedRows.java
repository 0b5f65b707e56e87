package dev.tenon.nn.internal.session;

import dev.tenon.tensor.Items;
import dev.tenon.tensor.NamedArray;
import dev.tenon.tensor.TensorData;
import dev.tenon.tensor.TokenIds;
import java.util.List;

/** Rows without a cache: each pass computes whole sequences again, so nothing is stored. */
public abstract class UncachedRows implements SessionRows {
  /** For subclasses. */
  protected UncachedRows() {}

  @Override
  public final void ensure(int rows, int tokens) {
    // Nothing is stored.
  }

  @Override
  public final void moveRow(int from, int to, int length) {
    // Nothing is stored.
  }

  @Override
  public final ChosenTokens read(PromptPass pass, int first, int most) {
    return step(pass.requests(), first);
  }

  /** What the requests hold so far, as a batch: {@code input_ids} of one sequence each. */
  protected static NamedArray sequences(List<LiveRequest> group) {
    List<TokenIds> histories = group.stream().map(LiveRequest::history).toList();
    long[] ids = histories.stream().flatMapToLong(TokenIds::stream).toArray();
    int[] lengths = histories.stream().mapToInt(TokenIds::size).toArray();
    return NamedArray.builder(Items.ofLengths(lengths))
        .put("input_ids", TensorData.ofLongs(ids, ids.length))
        .build();
  }

  @Override
  public void close() {
    // Nothing is stored.
  }
}
