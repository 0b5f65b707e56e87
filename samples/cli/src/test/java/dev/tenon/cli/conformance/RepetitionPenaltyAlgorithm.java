package dev.tenon.cli.conformance;

import dev.tenon.tensor.TensorData;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;

/**
 * {@code repetition_penalty}: rows [B, V] of logits after the penalty over rows [B, T] of prompt
 * and answer, and after {@code min_new_tokens}.
 */
record RepetitionPenaltyAlgorithm() implements Algorithm {
  @Override
  public String name() {
    return "repetition_penalty";
  }

  @Override
  public List<Finding> run(AlgorithmFile file, AlgorithmCase each) {
    TensorData ids = file.input("input_ids");
    int rows = (int) ids.shape().dim(0);
    Map<String, TensorData> options =
        penalty(ids, rows, each.params().number("repetition_penalty"));
    double generated = ids.shape().dim(1) - each.params().number("prompt_length");
    if (generated < each.params().number("min_new_tokens")) {
      long[] banned = new long[rows];
      Arrays.fill(banned, (long) each.params().number("eos_token_id"));
      options.put("banned_rows", longs(LongStream.range(0, rows).toArray()));
      options.put("banned_ids", longs(banned));
    }
    TensorData logits = ChoiceScript.call("penalised", file.input("logits"), options);
    return List.of(each.compare("logits", Tables.doubles(logits)));
  }

  /** Each id once per row, as a session gives them. */
  private static Map<String, TensorData> penalty(TensorData ids, int rows, double penalty) {
    int columns = (int) ids.shape().dim(1);
    LongStream.Builder penaltyRows = LongStream.builder();
    LongStream.Builder penaltyIds = LongStream.builder();
    for (int row = 0; row < rows; row++) {
      long number = row;
      Arrays.stream(ids.toLongs(), row * columns, (row + 1) * columns)
          .distinct()
          .forEach(
              id -> {
                penaltyRows.add(number);
                penaltyIds.add(id);
              });
    }
    double[] penalties = new double[rows];
    Arrays.fill(penalties, penalty);
    Map<String, TensorData> options = new LinkedHashMap<>();
    options.put("penalty_rows", longs(penaltyRows.build().toArray()));
    options.put("penalty_ids", longs(penaltyIds.build().toArray()));
    options.put("repetition_penalty", TensorData.ofDoubles(penalties, rows));
    return options;
  }

  private static TensorData longs(long[] values) {
    return TensorData.ofLongs(values, values.length);
  }
}
