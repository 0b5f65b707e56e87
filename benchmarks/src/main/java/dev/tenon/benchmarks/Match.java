package dev.tenon.benchmarks;

import static dev.tenon.spec.Precision.BF16;
import static dev.tenon.spec.Precision.F32;
import static dev.tenon.spec.Precision.INT4;
import static dev.tenon.spec.Precision.INT8;

import dev.tenon.spec.Precision;
import java.nio.file.Path;
import java.util.ArrayList;
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
    String name, Subject shape, List<String> ours, List<String> peer, List<Question> questions) {
  private static final String DECODE = "decode_ms_per_step";
  private static final String PREFILL = "prefill_ms";

  /** All, in the order in which they run; the name of one in F32 does not tell the precision. */
  static List<Match> all(int repetitions) {
    List<Match> matches = new ArrayList<>();
    for (ModelShape shape : List.of(ModelShape.S1, ModelShape.S2)) {
      for (int rows : new int[] {1, 8}) {
        matches.add(generate(shape, repetitions, rows, F32, transformers("fp32")));
        matches.add(generate(shape, repetitions, rows, BF16, transformers("bf16")));
        matches.add(generate(shape, repetitions, rows, BF16, llamaCpp("BF16")));
        matches.add(generate(shape, repetitions, rows, INT8, llamaCpp("Q8_0")));
        matches.add(generate(shape, repetitions, rows, INT8, transformers("fp32")));
        matches.add(generate(shape, repetitions, rows, INT4, llamaCpp("Q4_0")));
      }
    }
    matches.add(generate(ModelShape.S1, repetitions, 32, F32, transformers("fp32")));
    matches.add(generate(ModelShape.S1, repetitions, 32, BF16, transformers("bf16")));
    matches.add(generate(ModelShape.S1, repetitions, 32, INT8, transformers("fp32")));
    matches.add(train(ModelShape.S1, repetitions, F32));
    matches.add(train(ModelShape.S1, repetitions, BF16));
    for (Precision precision : List.of(F32, BF16)) {
      matches.add(full("lora", ModelShape.S1, repetitions, precision, "peftfull"));
      matches.add(ragged("lora-ragged", ModelShape.S1, repetitions, precision, "peft"));
      matches.add(ragged("sft", ModelShape.S1, repetitions, precision, "sft"));
      matches.add(ragged("sft", ModelShape.S1, repetitions, precision, "free"));
      matches.add(ragged("sft", ModelShape.S1, repetitions, precision, "default"));
    }
    matches.add(generate(ModelShape.S0, repetitions, 1, F32, transformers("fp32")));
    matches.add(train(ModelShape.S0, repetitions, F32));
    matches.add(cold(ModelShape.S1, repetitions, F32));
    matches.add(cold(ModelShape.S1, repetitions, INT8));
    return List.copyOf(matches);
  }

  private static List<String> transformers(String mode) {
    return List.of("run_peer_hf.py", mode);
  }

  private static List<String> llamaCpp(String mode) {
    return List.of("run_peer_llamacpp.py", mode);
  }

  private static Match generate(
      ModelShape shape, int repetitions, int rows, Precision precision, List<String> peer) {
    String batch = String.valueOf(rows);
    String mode = peer.get(1);
    String kind = precision == F32 ? "" : "-" + precision.label() + "-" + mode;
    double floor = shape.matrixWeights() * bytes(precision);
    String words = precision == F32 ? "" : precision.label() + " against " + mode + ": ";
    return new Match(
        "generate-" + shape + "-" + rows + kind,
        shape,
        List.of("generate", "CHECKPOINT", precision.label(), String.valueOf(repetitions), batch),
        List.of(peer.get(0), shape.name(), mode, batch),
        List.of(
            new Question(words + "decode, ms a step, batch " + rows, DECODE, floor),
            new Question(
                words + "prefill of " + ModelShape.PROMPT + " tokens, ms, batch " + rows,
                PREFILL,
                0)));
  }

  /** Of a weight; 4 bits have a scale of 2 bytes for 32 weights. */
  private static double bytes(Precision precision) {
    return switch (precision) {
      case F32 -> 4;
      case BF16, F16 -> 2;
      case INT8 -> 1;
      case INT4 -> 0.5625;
    };
  }

  private static Match train(ModelShape shape, int repetitions, Precision precision) {
    return full("train", shape, repetitions, precision, "eager");
  }

  /** Steps on rows of one length. */
  private static Match full(
      String what, ModelShape shape, int repetitions, Precision precision, String peer) {
    String rows = String.valueOf(shape.trainRows);
    String tokens = String.valueOf(shape.trainTokens);
    String size = rows + "×" + tokens + " tokens";
    return step(what, shape, repetitions, precision, peer, size, List.of(rows, tokens));
  }

  /** Steps on {@link RaggedText}; the peer pads, or has its own way without. */
  private static Match ragged(
      String what, ModelShape shape, int repetitions, Precision precision, String peer) {
    String size = RaggedText.ROWS + " ragged rows, against " + peer;
    return step(what, shape, repetitions, precision, peer, size, List.of("RAGGED"));
  }

  private static Match step(
      String what,
      ModelShape shape,
      int repetitions,
      Precision precision,
      String peer,
      String size,
      List<String> data) {
    boolean plain = precision == F32;
    String script = peer.equals("eager") ? "run_peer_train.py" : "run_peer_sft.py";
    boolean same = List.of("eager", "peftfull", "peft", "sft").contains(peer);
    String name = what + "-" + shape + (same ? "" : "-" + peer);
    return new Match(
        name + (plain ? "" : "-" + precision.label()),
        shape,
        Stream.concat(
                Stream.of(what, "CHECKPOINT", precision.label(), String.valueOf(repetitions)),
                data.stream())
            .toList(),
        List.of(script, shape.name(), peer + (plain ? "-fp32" : "-bf16")),
        List.of(
            new Question(
                (plain ? "" : precision.label() + " ")
                    + (what.startsWith("lora") ? "LoRA" : "train")
                    + " step of "
                    + size
                    + ", AdamW, ms",
                "step_ms",
                0)));
  }

  /** Against transformers in F32: it has no files of 8 bits of its own. */
  private static Match cold(ModelShape shape, int repetitions, Precision precision) {
    boolean plain = precision == F32;
    return new Match(
        "cold-" + shape + (plain ? "" : "-" + precision.label()),
        shape,
        List.of("cold", "CHECKPOINT", precision.label(), String.valueOf(Math.min(3, repetitions))),
        List.of(
            Path.of("benchmarks/src/main/peers/run_peer_cold.py").toAbsolutePath().toString(),
            shape.name(),
            "fp32"),
        List.of(
            new Question(
                (plain ? "" : "saved " + precision.label() + ": ")
                    + "a new process to its first token, ms",
                "cold_ms",
                0)));
  }

  /** Arguments of {@link OurRun} for a checkpoint. */
  Stream<String> ours(Path checkpoint) {
    return ours.stream()
        .map(
            x ->
                switch (x) {
                  case "CHECKPOINT" -> checkpoint.toString();
                  case "RAGGED" -> RaggedText.file(checkpoint).toString();
                  default -> x;
                });
  }

  /** Script and arguments for a checkpoint. */
  Stream<String> peer(Path checkpoint) {
    return peer.stream().map(x -> x.equals("CHECKPOINT") ? checkpoint.toString() : x);
  }

  /**
   * A number of a row.
   *
   * @param text what it is, with its unit
   * @param key of the row; {@code {wall: {median}, cpu: {median}}}
   * @param bytes of weights that have to be read for it; 0: not limited by reading
   */
  record Question(String text, String key, double bytes) {
    /** The median of a run's repetitions. */
    double answer(Map<String, ?> row, String clock) {
      return Row.number(row, key, clock, "median");
    }
  }
}
