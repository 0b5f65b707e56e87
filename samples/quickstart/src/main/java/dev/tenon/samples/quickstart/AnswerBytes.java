package dev.tenon.samples.quickstart;

import dev.tenon.tensor.NamedArray;
import dev.tenon.tensor.TensorData;
import java.util.ArrayList;
import java.util.List;

/**
 * The bytes that are measured: those of the answers. Prompts do not count, nor do the bos before
 * and the eos behind, which a model of bytes does not have.
 */
final class AnswerBytes {
  /** The id of a byte is the byte; the ids that follow are special. */
  static final int BYTES = 256;

  private AnswerBytes() {}

  /** The same batches with a {@code loss_mask} (BOOL, token) that is true for answer bytes. */
  static List<NamedArray> of(Iterable<NamedArray> batches) {
    List<NamedArray> masked = new ArrayList<>();
    for (NamedArray batch : batches) {
      long[] ids = batch.get("input_ids").toLongs(); // [N]
      boolean[] mask = batch.get("prompt_mask").toBooleans(); // [N]
      for (int t = 0; t < mask.length; t++) {
        mask[t] = !mask[t] && ids[t] < BYTES;
      }
      masked.add(batch.with("loss_mask", TensorData.ofBooleans(mask, mask.length)));
    }
    return masked;
  }
}
