package dev.tenon.modelinterface.sft;

import dev.tenon.error.InvalidInputException;
import dev.tenon.internal.Problems;
import dev.tenon.tensor.Items;
import dev.tenon.tensor.NamedArray;
import dev.tenon.tensor.TensorData;
import java.util.Arrays;

/**
 * A batch as the engine wants it, with the tokens to learn marked.
 *
 * @param batch {@code input_ids} and what else the network reads, {@code loss_mask} and {@code
 *     output_mask} (both BOOL, token: true = to learn)
 * @param count tokens to learn
 */
record LearnedTokens(NamedArray batch, long count) {
  private static final long IGNORED = -100; // torch.nn.CrossEntropyLoss: ignore_index
  private static final int MAX_REPORTED = 10;

  static LearnedTokens of(NamedArray given) {
    Items items = given.items();
    boolean[] learned = chosen(given, given.get("input_ids"));
    int first = 0;
    for (int length : items.lengths()) {
      learned[first] = false;
      first += length;
    }
    TensorData mask = TensorData.ofBooleans(learned, learned.length);
    NamedArray batch =
        without(given, "labels", "prompt_mask", "loss_mask", "output_mask")
            .with("loss_mask", mask)
            .with("output_mask", mask);
    return new LearnedTokens(batch, count(learned));
  }

  private static boolean[] chosen(NamedArray batch, TensorData ids) {
    if (batch.has("loss_mask")) {
      return batch.get("loss_mask").toBooleans();
    }
    if (batch.has("labels")) {
      return labelled(batch.get("labels").toLongs(), ids.toLongs());
    }
    boolean[] learned = new boolean[Math.toIntExact(ids.size())];
    Arrays.fill(learned, true);
    if (batch.has("prompt_mask")) {
      boolean[] prompt = batch.get("prompt_mask").toBooleans();
      for (int t = 0; t < learned.length; t++) {
        learned[t] = !prompt[t];
      }
    }
    return learned;
  }

  private static boolean[] labelled(long[] labels, long[] ids) {
    Problems problems = new Problems();
    int wrong = 0;
    boolean[] learned = new boolean[labels.length];
    for (int t = 0; t < labels.length; t++) {
      learned[t] = labels[t] != IGNORED;
      if (learned[t] && labels[t] != ids[t] && ++wrong <= MAX_REPORTED) {
        problems.add("labels[" + t + "]", labels[t], "-100 or input_ids[" + t + "] = " + ids[t]);
      }
    }
    if (wrong > MAX_REPORTED) {
      problems.add((wrong - MAX_REPORTED) + " more labels differ from input_ids");
    }
    problems.throwIfAny(InvalidInputException::new);
    return learned;
  }

  private static NamedArray without(NamedArray batch, String... names) {
    return batch.without(Arrays.stream(names).filter(batch::has).toArray(String[]::new));
  }

  private static long count(boolean[] mask) {
    long count = 0;
    for (boolean each : mask) {
      count += each ? 1 : 0;
    }
    return count;
  }
}
