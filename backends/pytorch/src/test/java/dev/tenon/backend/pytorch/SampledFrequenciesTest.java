package dev.tenon.backend.pytorch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.generation.GenerationOptions;
import dev.tenon.generation.GenerationRequest;
import dev.tenon.generation.GenerationSession;
import dev.tenon.generation.Piece;
import dev.tenon.generation.SessionLimits;
import dev.tenon.model.Engine;
import dev.tenon.model.Model;
import dev.tenon.model.Output;
import dev.tenon.tensor.Items;
import dev.tenon.tensor.NamedArray;
import dev.tenon.tensor.TensorData;
import dev.tenon.tensor.TokenIds;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Tokens of many seeds come as often as the filtered probabilities say. The bound on Pearson's
 * statistic with d degrees of freedom is d + 5 sqrt(2 d), which chance exceeds less than once in
 * ten thousand; the seeds are fixed, so it never does by chance.
 */
class SampledFrequenciesTest {
  private static final int DRAWS = 4096;
  private static final int BATCH = 256;
  private static final TokenIds PROMPT = TokenIds.of(3, 11, 3, 20, 8);
  private static final GenerationOptions SAMPLING = GenerationOptions.sampling(2).ignoringEos();

  @Test
  void tokensComeByTheirProbability() {
    try (Model model = new PyTorchBackend().initializeForInference(TinyLlama.create(false))) {
      Engine engine = model.engine();
      Stream.of(
              SAMPLING,
              SAMPLING.withTemperature(0.1),
              SAMPLING.withTemperature(0.3).withTopK(6),
              SAMPLING.withTemperature(2).withTopP(0.7),
              SAMPLING.withTemperature(0.2).withMinP(0.2),
              SAMPLING.withTemperature(0.2).withRepetitionPenalty(3),
              SAMPLING.withTemperature(0.2).withTopK(20).withTopP(0.9).withMinP(0.1))
          .forEach(options -> check(engine, options));
    }
  }

  private static void check(Engine engine, GenerationOptions options) {
    double[] expected = probabilities(logits(engine), options);
    int[] counts = new int[TinyLlama.VOCABULARY];
    for (int first = 0; first < DRAWS; first += BATCH) {
      draw(engine, options, first).forEach(x -> counts[(int) x.tokenIds().get(0)]++);
    }
    double statistic = 0;
    int degrees = -1;
    double rare = 0;
    int rareCount = 0;
    for (int v = 0; v < counts.length; v++) {
      double wanted = DRAWS * expected[v];
      if (wanted >= 5) {
        statistic += square(counts[v] - wanted) / wanted;
        degrees++;
      } else {
        assertThat(wanted > 0 || counts[v] == 0).as("dropped token " + v).isTrue();
        rare += wanted;
        rareCount += counts[v];
      }
    }
    assertThat(degrees).as(options.toString()).isPositive();
    assertThat(statistic).as(options.toString()).isLessThan(degrees + 5 * Math.sqrt(2 * degrees));
    assertThat(rareCount).isLessThan((int) (rare + 5 * Math.sqrt(rare) + 1));
  }

  private static double square(double x) {
    return x * x;
  }

  /** The first tokens of requests with different seeds and samples. */
  private static List<Piece> draw(Engine engine, GenerationOptions options, int first) {
    try (GenerationSession session = engine.openSession(new SessionLimits(BATCH, 10_000))) {
      IntStream.range(first, first + BATCH)
          .mapToObj(i -> new GenerationRequest(PROMPT, options, i / 4, i % 4))
          .forEach(session::add);
      return session.step();
    }
  }

  private static double[] logits(Engine engine) {
    NamedArray batch =
        NamedArray.builder(Items.ofLengths(PROMPT.size()))
            .put("input_ids", TensorData.ofLongs(PROMPT.toArray(), PROMPT.size()))
            .build();
    TensorData logits = engine.forward(batch, Output.LOGITS).get("logits");
    int last = (PROMPT.size() - 1) * TinyLlama.VOCABULARY;
    return IntStream.range(last, last + TinyLlama.VOCABULARY)
        .mapToDouble(logits::getDouble)
        .toArray();
  }

  /** The rules once more, over tokens sorted by falling logits. */
  private static double[] probabilities(double[] logits, GenerationOptions options) {
    double[] x = logits.clone();
    PROMPT.stream()
        .distinct()
        .mapToInt(id -> (int) id)
        .forEach(
            id ->
                x[id] *= x[id] < 0 ? options.repetitionPenalty() : 1 / options.repetitionPenalty());
    double[] p = Arrays.stream(x).map(v -> Math.exp(v / options.temperature())).toArray();
    List<Integer> falling =
        IntStream.range(0, p.length)
            .boxed()
            .sorted(Comparator.comparingDouble(v -> -p[v]))
            .toList();
    int k = options.topK() == 0 ? p.length : options.topK();
    falling.subList(k, p.length).forEach(v -> p[v] = 0);
    double all = Arrays.stream(p).sum();
    double sum = 0;
    for (int v : falling) {
      double before = sum;
      sum += p[v] / all;
      p[v] = before < options.topP() ? p[v] : 0; // kept while those before it are less than top_p
    }
    double least = Arrays.stream(p).max().orElseThrow() * options.minP();
    double[] kept = Arrays.stream(p).map(v -> v < least ? 0 : v).toArray();
    double total = Arrays.stream(kept).sum();
    return Arrays.stream(kept).map(v -> v / total).toArray();
  }
}
