package dev.tenon.cli;

import dev.tenon.generation.GenerationOptions;
import dev.tenon.tensor.TokenIds;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import picocli.CommandLine.Option;

/** How tokens are chosen. Defaults are those of {@link GenerationOptions}. */
final class SamplingOptions {
  @Option(
      names = "--greedy",
      description = "Always the likeliest token; the default without an option of sampling.")
  private boolean greedy;

  @Option(
      names = "--do-sample",
      description = "Draw tokens by their probability; so do the next five options.")
  private boolean doSample;

  @Option(
      names = "--temperature",
      paramLabel = "X",
      description = "What logits are divided by before drawing (1).")
  private Optional<Double> temperature = Optional.empty();

  @Option(
      names = "--top-k",
      paramLabel = "N",
      description = "Draw from so many of the likeliest tokens; 0: from all (0).")
  private Optional<Integer> topK = Optional.empty();

  @Option(
      names = "--top-p",
      paramLabel = "X",
      description = "Draw from the likeliest tokens that make up so much probability (1).")
  private Optional<Double> topP = Optional.empty();

  @Option(
      names = "--min-p",
      paramLabel = "X",
      description = "Draw from tokens so probable relative to the likeliest (0).")
  private Optional<Double> minP = Optional.empty();

  @Option(
      names = "--samples",
      paramLabel = "N",
      description = "Answers to the prompt, one after the other (1).")
  private Optional<Integer> samples = Optional.empty();

  @Option(
      names = "--repetition-penalty",
      paramLabel = "X",
      defaultValue = "1",
      description = "Makes ids that are there already less likely if above 1 (${DEFAULT-VALUE}).")
  private double repetitionPenalty;

  @Option(
      names = "--seed",
      paramLabel = "N",
      defaultValue = "0",
      description = "Fixes every random choice (${DEFAULT-VALUE}).")
  private long seed;

  /** Whether the options exclude each other. */
  boolean contradictory() {
    return greedy && samples();
  }

  private boolean samples() {
    return doSample
        || Stream.of(temperature, topK, topP, minP, samples).anyMatch(Optional::isPresent);
  }

  /** The options; the closing ids are the tokenizer's. */
  GenerationOptions options(int maxNewTokens, int minNewTokens, boolean ignoreEos) {
    return new GenerationOptions(
        maxNewTokens,
        minNewTokens,
        samples(),
        temperature.orElse(1.0),
        topK.orElse(0),
        topP.orElse(1.0),
        minP.orElse(0.0),
        repetitionPenalty,
        samples.orElse(1),
        TokenIds.of(),
        TokenIds.of(),
        ignoreEos,
        List.of());
  }

  long seed() {
    return seed;
  }
}
