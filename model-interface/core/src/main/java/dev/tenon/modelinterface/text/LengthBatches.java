package dev.tenon.modelinterface.text;

import dev.tenon.error.InvalidInputException;
import dev.tenon.internal.Problems;
import dev.tenon.model.Output;
import dev.tenon.modelinterface.data.SequenceBatch;
import dev.tenon.modelinterface.data.TokenSequence;
import dev.tenon.tensor.Items;
import dev.tenon.tensor.NamedArray;
import dev.tenon.tensor.TensorData;
import java.util.Arrays;
import java.util.List;

/**
 * Runs sequences of any lengths in passes of alike lengths within a budget of tokens, padding
 * counted, and gives the rows back in the order of the sequences.
 *
 * @param model that runs them
 * @param output one row per sequence
 * @param tokens most of a pass; a longer sequence is a pass of its own
 */
record LengthBatches(SharedModel model, Output output, int tokens) {
  /**
   * What is fast on a CPU: enough rows to fill its kernels, and activations that stay in caches.
   */
  static final int USUAL_TOKENS = 2048;

  LengthBatches {
    if (tokens < 1) {
      throw new InvalidInputException(Problems.problem("tokens of a batch", tokens, ">= 1"));
    }
  }

  /**
   * The output's rows.
   *
   * @param pairs whether sequences hold two texts, told apart by their types
   * @return F32 [width] per sequence
   */
  float[][] rows(List<TokenSequence> sequences, boolean pairs) {
    float[][] rows = new float[sequences.size()][];
    if (sequences.isEmpty()) {
      return rows;
    }
    int[] lengths = sequences.stream().mapToInt(x -> x.ids().size()).toArray();
    for (List<Integer> part : Items.ofLengths(lengths).withinPadded(tokens)) {
      NamedArray batch = SequenceBatch.of(part.stream().map(sequences::get).toList(), pairs);
      TensorData found = model.forward(batch, output).get(output.field());
      float[] all = found.toFloats();
      int width = all.length / part.size();
      for (int i = 0; i < part.size(); i++) {
        rows[part.get(i)] = Arrays.copyOfRange(all, i * width, (i + 1) * width);
      }
    }
    return rows;
  }
}
