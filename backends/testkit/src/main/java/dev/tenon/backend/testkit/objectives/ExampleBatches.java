package dev.tenon.backend.testkit.objectives;

import dev.tenon.tensor.Items;
import dev.tenon.tensor.NamedArray;
import dev.tenon.tensor.TensorData;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;

/** Random batches with every field that the {@link ExampleObjectives} read. */
public final class ExampleBatches {
  private ExampleBatches() {}

  /**
   * A batch, the same for the same arguments.
   *
   * @param vocabSize ids are below it
   * @param items their number
   * @param sequencesPerItem 2 for pairs
   * @param longest sequences have 2 to this many tokens
   */
  public static NamedArray random(
      long seed, int vocabSize, int items, int sequencesPerItem, int longest) {
    Random random = new Random(seed);
    List<Integer> lengths =
        IntStream.range(0, items * sequencesPerItem)
            .mapToObj(s -> 2 + random.nextInt(longest - 1))
            .toList();
    List<String> ids = IntStream.range(0, items).mapToObj(i -> "item-" + i).toList();
    Items layout = new Items(ids, Collections.nCopies(items, sequencesPerItem), lengths);
    int tokens = Math.toIntExact(layout.tokens());
    boolean[] mask = new boolean[tokens];
    int last = -1;
    for (int length : lengths) {
      last += length;
      for (int t = last - length + 1; t < last; t++) {
        mask[t] = random.nextInt(3) > 0;
      }
      mask[last] = true; // every sequence has something to learn
    }
    int entries = tokens - lengths.size();
    return NamedArray.builder(layout)
        .put("input_ids", TensorData.ofLongs(random.longs(tokens, 0, vocabSize).toArray(), tokens))
        .put("loss_mask", TensorData.ofBooleans(mask, tokens))
        .put("old_logprobs", normal(random, entries, -Math.log(vocabSize), 0.3))
        .put("ref_logprobs", normal(random, entries, -Math.log(vocabSize), 0.3))
        .put("advantages", normal(random, entries, 0, 1))
        .metadata("seed", String.valueOf(seed))
        .build();
  }

  private static TensorData normal(Random random, int size, double mean, double deviation) {
    float[] values = new float[size];
    for (int i = 0; i < size; i++) {
      values[i] = (float) (mean + deviation * random.nextGaussian());
    }
    return TensorData.ofFloats(values, size);
  }
}
