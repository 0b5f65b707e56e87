package dev.tenon.benchmarks;

import dev.tenon.spec.Precision;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** Sentence vectors of all-MiniLM-L6-v2 against the libraries that Python users have. */
final class EncodeMatches {
  private EncodeMatches() {}

  /**
   * All.
   *
   * @param minilm the model's directory
   */
  static List<Match> all(int repetitions, Path minilm) {
    Subject subject = new GivenModel("MiniLM", minilm);
    return List.of(
        match(subject, repetitions, Precision.F32, "st-fp32"),
        match(subject, repetitions, Precision.F32, "ort-fp32"),
        match(subject, repetitions, Precision.BF16, "st-bf16"),
        match(subject, repetitions, Precision.INT8, "ort-int8"),
        tokenizer(subject, repetitions));
  }

  private static Match match(Subject subject, int repetitions, Precision precision, String peer) {
    String words = precision.label() + " against " + peer + ": ";
    return new Match(
        "encode-" + precision.label() + "-" + peer,
        subject,
        List.of("encode", "CHECKPOINT", precision.label(), String.valueOf(repetitions)),
        List.of("run_peer_minilm.py", peer, "CHECKPOINT"),
        Stream.of(20, 100)
            .flatMap(
                tokens ->
                    Stream.of(
                        new Match.Question(
                            words + "32 sentences of " + tokens + " tokens, ms",
                            "batch" + tokens + "_ms",
                            0),
                        new Match.Question(
                            words + "one sentence of " + tokens + " tokens, ms",
                            "single" + tokens + "_ms",
                            0)))
            .toList());
  }

  private static Match tokenizer(Subject subject, int repetitions) {
    return new Match(
        "tokenize",
        subject,
        List.of("tokenize", "CHECKPOINT", "f32", String.valueOf(repetitions)),
        List.of("run_peer_minilm.py", "tokenizers", "CHECKPOINT"),
        List.of(new Match.Question("1000 sentences of 100 tokens to ids, ms", "tokenize_ms", 0)));
  }
}
