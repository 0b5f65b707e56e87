package dev.tenon.backend.pytorch.internal.engine;

import dev.tenon.nn.internal.session.LiveRequest;
import dev.tenon.tensor.TensorData;
import dev.tenon.tensor.TokenIds;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;

/**
 * The rows of one generation step as the driver reads them: B requests, T new tokens, K slots of
 * the cache in use.
 */
final class StepBatch {
  private StepBatch() {}

  /** {@code input_ids}, {@code position_ids} [1, T] of a part of a prompt. */
  static Map<String, TensorData> part(TokenIds ids, int from) {
    long[] positions = LongStream.range(from, (long) from + ids.size()).toArray();
    return Map.of(
        "input_ids",
        TensorData.ofLongs(ids.toArray(), 1, ids.size()),
        "position_ids",
        TensorData.ofLongs(positions, 1, ids.size()));
  }

  /**
   * {@code input_ids}, {@code position_ids} [B, T], and {@code attention_mask} [B, K] where rows
   * differ.
   */
  static Map<String, TensorData> tensors(List<LiveRequest> group, int slots) {
    int rows = group.size();
    int columns = group.stream().mapToInt(x -> x.input().size()).max().orElseThrow();
    long[] ids = new long[Math.multiplyExact(rows, columns)];
    long[] positions = new long[ids.length];
    boolean[] mask = new boolean[Math.multiplyExact(rows, slots)];
    boolean differ = false;
    for (int row = 0; row < rows; row++) {
      LiveRequest request = group.get(row);
      TokenIds input = request.input();
      for (int t = 0; t < input.size(); t++) {
        ids[row * columns + t] = input.get(t);
        positions[row * columns + t] = (long) request.length() + t;
      }
      Arrays.fill(mask, row * slots, row * slots + request.lengthAfterStep(), true);
      differ |= request.lengthAfterStep() != slots;
    }
    Map<String, TensorData> tensors = new LinkedHashMap<>();
    tensors.put("input_ids", TensorData.ofLongs(ids, rows, columns));
    tensors.put("position_ids", TensorData.ofLongs(positions, rows, columns));
    if (differ) {
      tensors.put("attention_mask", TensorData.ofBooleans(mask, rows, slots));
    }
    return tensors;
  }
}
