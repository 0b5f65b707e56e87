package dev.tenon.model;

import dev.tenon.error.InvalidInputException;
import dev.tenon.internal.Problems;
import dev.tenon.tensor.DType;
import dev.tenon.tensor.FieldKind;
import dev.tenon.tensor.NamedArray;
import dev.tenon.tensor.StandardField;
import dev.tenon.tensor.TensorData;
import java.util.List;

/** What a batch must be so that a network can run it. */
final class BatchCheck {
  private static final String TYPES = StandardField.TOKEN_TYPE_IDS.field();

  private BatchCheck() {}

  /** Refuses what the program could not run, with every problem of the batch. */
  static void check(NamedArray batch, Network network) {
    Problems problems = new Problems();
    if (!batch.hasItems()) {
      problems.add("batch", "no items", "packed sequences with Items");
    } else {
      checkLengths(batch.items().lengths(), network.maxPositions(), problems);
      checkIds(batch, network.vocabSize(), problems);
      if (network.tokenTypes() > 0) {
        batch.find(TYPES).ifPresent(x -> checkRange(TYPES, x, network.tokenTypes(), problems));
      }
      batch
          .find("output_mask")
          .ifPresent(
              mask ->
                  problems.check(
                      mask.dtype() == DType.BOOL && batch.kind("output_mask") == FieldKind.TOKEN,
                      "output_mask",
                      mask.dtype() + " per " + batch.kind("output_mask"),
                      "BOOL per TOKEN"));
    }
    problems.throwIfAny(InvalidInputException::new);
  }

  private static void checkLengths(List<Integer> lengths, int maxPositions, Problems problems) {
    int longest = lengths.stream().mapToInt(Integer::intValue).max().orElse(0);
    problems.check(!lengths.isEmpty(), "batch", "no sequence", "at least one");
    problems.check(
        longest <= maxPositions,
        "sequence length",
        longest,
        "at most max_position_embeddings " + maxPositions);
  }

  private static void checkIds(NamedArray batch, int vocabSize, Problems problems) {
    TensorData field = batch.find("input_ids").orElse(null);
    if (field == null || field.dtype() != DType.I64 || batch.kind("input_ids") != FieldKind.TOKEN) {
      problems.add(
          "input_ids",
          field == null ? "missing" : field.dtype() + " " + field.shape(),
          "I64 per TOKEN");
      return;
    }
    checkRange("input_ids", field, vocabSize, problems);
  }

  /** Tells the first number that is out of range. */
  private static void checkRange(String name, TensorData field, int end, Problems problems) {
    long[] numbers = field.toLongs();
    for (int i = 0; i < numbers.length; i++) {
      if (numbers[i] < 0 || numbers[i] >= end) {
        problems.add(name + "[" + i + "]", numbers[i], "0 to " + (end - 1));
        return;
      }
    }
  }
}
