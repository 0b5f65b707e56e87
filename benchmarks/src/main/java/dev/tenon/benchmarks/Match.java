package dev.tenon.benchmarks;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * One process of ours and one of a peer that do the same work on the same checkpoint, and what is
 * read from the rows they print.
 *
 * @param name as {@code --matches} lists it
 * @param shape the network
 * @param ours arguments of {@link OurRun}
 * @param peer script and arguments
 * @param questions what the rows answer
 */
record Match(
    String name, ModelShape shape, List<String> ours, List<String> peer, List<Question> questions) {
  private static final String DECODE = "decode_ms_per_step";
  private static final String PREFILL = "prefill_ms";

  /** All, in the order in which they run. */
  static List<Match> all(int repetitions) {
    return List.of(
        generate(ModelShape.S1, repetitions, 1),
        train(ModelShape.S1, repetitions),
        generate(ModelShape.S1, repetitions, 8),
        generate(ModelShape.S0, repetitions, 1),
        train(ModelShape.S0, repetitions));
  }

  private static Match generate(ModelShape shape, int repetitions, int rows) {
    String batch = String.valueOf(rows);
    return new Match(
        "generate-" + shape + "-" + rows,
        shape,
        List.of("generate", "CHECKPOINT", String.valueOf(repetitions), batch),
        List.of("run_peer_hf.py", shape.name(), "fp32", batch),
        List.of(
            new Question("decode, ms a step, batch " + rows, DECODE),
            new Question(
                "prefill of " + ModelShape.PROMPT + " tokens, ms, batch " + rows, PREFILL)));
  }

  private static Match train(ModelShape shape, int repetitions) {
    String size = shape.trainRows + "×" + shape.trainTokens;
    return new Match(
        "train-" + shape,
        shape,
        List.of(
            "train",
            "CHECKPOINT",
            String.valueOf(repetitions),
            String.valueOf(shape.trainRows),
            String.valueOf(shape.trainTokens)),
        List.of("run_peer_train.py", shape.name(), "eager-fp32"),
        List.of(new Question("train step of " + size + " tokens, AdamW, ms", "step_ms")));
  }

  /** Arguments of {@link OurRun} for a checkpoint. */
  Stream<String> ours(Path checkpoint) {
    return ours.stream().map(x -> x.equals("CHECKPOINT") ? checkpoint.toString() : x);
  }

  /**
   * A number of a row.
   *
   * @param text what it is, with its unit
   * @param key of the row; {@code {wall: {median}, cpu: {median}}}
   */
  record Question(String text, String key) {
    /** The median of a run's repetitions. */
    double answer(Map<String, ?> row, String clock) {
      return Row.number(row, key, clock, "median");
    }
  }
}
