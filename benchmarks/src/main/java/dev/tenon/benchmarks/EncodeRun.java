package dev.tenon.benchmarks;

import dev.tenon.model.Tokenizer;
import dev.tenon.modelinterface.text.TextEmbedder;
import dev.tenon.nn.tokenizer.HfTokenizer;
import dev.tenon.spec.InferenceSpec;
import dev.tenon.spec.Precision;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Times sentence vectors, text to vector, as {@code run_peer_minilm.py} does. */
final class EncodeRun {
  /** What {@link #run} does. */
  static final Set<String> KINDS = Set.of("encode", "tokenize");

  private static final int BATCH = 32;
  private static final int BATCHES = 4;
  private static final int SINGLES = 16;
  private static final long WARM_NANOS = 2_000_000_000L;
  private static final int TEXTS = 1000;
  private static final int MAX_TOKENS = 256;

  private EncodeRun() {}

  /** The figures of {@code encode} or {@code tokenize}. */
  static Map<String, Object> run(
      String area, Path checkpoint, Precision precision, int repetitions) {
    return area.equals("tokenize")
        ? tokenize(checkpoint, repetitions)
        : encode(checkpoint, precision, repetitions);
  }

  /** {@code tokenize_ms}. */
  private static Map<String, Object> tokenize(Path checkpoint, int repetitions) {
    Tokenizer tokenizer = HfTokenizer.open(checkpoint);
    List<String> texts = Sentences.of(TEXTS, 100);
    Runnable all = () -> tokenizer.encodeIds(texts, MAX_TOKENS);
    return Map.of("tokenize_ms", timed(all, repetitions, 1).toMap());
  }

  /** {@code batch<tokens>_ms} and {@code single<tokens>_ms}. */
  private static Map<String, Object> encode(Path checkpoint, Precision precision, int repetitions) {
    Map<String, Object> figures = new LinkedHashMap<>();
    try (TextEmbedder embedder =
        TextEmbedder.open(checkpoint, InferenceSpec.defaults().precision(precision))) {
      figures.put("mode", precision.label());
      for (int tokens : new int[] {20, 100}) {
        List<String> sentences = Sentences.of(BATCH * BATCHES, tokens);
        check(checkpoint, sentences.get(0), tokens);
        figures.put("batch" + tokens + "_ms", batches(embedder, sentences, repetitions).toMap());
        figures.put("single" + tokens + "_ms", singles(embedder, sentences, repetitions).toMap());
      }
    }
    return figures;
  }

  private static void check(Path checkpoint, String sentence, int tokens) {
    int found = HfTokenizer.open(checkpoint).encode(sentence, true).ids().size();
    if (found != tokens) {
      throw new IllegalStateException(
          "sentence: " + found + " tokens (expected: " + tokens + "; a vocabulary as BERT's)");
    }
  }

  private static Timings batches(TextEmbedder embedder, List<String> sentences, int repetitions) {
    Runnable all =
        () -> {
          for (int i = 0; i < sentences.size(); i += BATCH) {
            embedder.embed(sentences.subList(i, i + BATCH));
          }
        };
    return timed(all, repetitions, BATCHES);
  }

  private static Timings singles(TextEmbedder embedder, List<String> sentences, int repetitions) {
    Runnable some = () -> sentences.subList(0, SINGLES).forEach(embedder::embed);
    return timed(some, repetitions, SINGLES);
  }

  /** The processor's clock is coarse: many passes are one repetition. */
  private static Timings timed(Runnable passes, int repetitions, int parts) {
    long warm = System.nanoTime() + WARM_NANOS;
    do {
      passes.run();
    } while (System.nanoTime() < warm);
    Timings timings = new Timings();
    for (int i = 0; i < repetitions; i++) {
      timings.time(passes);
    }
    return timings.divided(parts);
  }
}
