package dev.tenon.nn.internal.session;

import dev.tenon.tensor.TokenIds;
import java.util.Arrays;
import java.util.BitSet;

/** The different ids of a prompt and its growing answer, which a repetition penalty applies to. */
public final class SeenIds {
  private final BitSet seen = new BitSet();
  private long[] ids;
  private int count;

  public SeenIds(TokenIds prompt) {
    ids = new long[Math.max(16, prompt.size())];
    prompt.stream().forEach(this::add);
  }

  public void add(long id) {
    if (!seen.get((int) id)) {
      seen.set((int) id);
      ids = count == ids.length ? Arrays.copyOf(ids, 2 * count) : ids;
      ids[count++] = id;
    }
  }

  public long[] toArray() {
    return Arrays.copyOf(ids, count);
  }
}
