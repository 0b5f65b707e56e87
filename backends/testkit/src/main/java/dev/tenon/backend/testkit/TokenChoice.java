package dev.tenon.backend.testkit;

import dev.tenon.generation.GenerationOptions;
import dev.tenon.generation.GenerationRequest;
import dev.tenon.internal.SamplingNoise;
import java.util.Arrays;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;

/**
 * The next token of a request, in float64: repetition penalty, minimum length, temperature, top-k,
 * top-p and min-p as transformers' logits processors order them, then the likeliest token or the
 * winner of a race between exponentials.
 */
final class TokenChoice {
  private final GenerationRequest request;
  private final GenerationOptions options;

  TokenChoice(GenerationRequest request) {
    this.request = request;
    this.options = request.options();
  }

  /**
   * The token.
   *
   * @param logits [V]
   * @param seen ids of prompt and answer
   * @param generated tokens of the answer so far
   */
  int choose(double[] logits, Set<Integer> seen, int generated) {
    return choose(logits, seen, generated, x -> {});
  }

  /** The same, with processors that change the logits behind the penalty. */
  int choose(double[] logits, Set<Integer> seen, int generated, Consumer<double[]> processors) {
    double[] x = logits.clone();
    penalise(x, seen, generated);
    processors.accept(x);
    if (!options.doSample()) {
      return argmax(x);
    }
    for (int v = 0; v < x.length; v++) {
      x[v] /= options.temperature();
    }
    keepTopK(x);
    keepTopP(x);
    keepMinP(x);
    int position = request.promptIds().size() + generated;
    long noise = SamplingNoise.state(request.seed(), request.sample(), position);
    for (int v = 0; v < x.length; v++) {
      x[v] -= Math.log(-Math.log(SamplingNoise.uniform(noise, v)));
    }
    return argmax(x);
  }

  private void penalise(double[] x, Set<Integer> seen, int generated) {
    for (int id : seen) {
      double penalty = options.repetitionPenalty();
      x[id] = x[id] < 0 ? x[id] * penalty : x[id] / penalty;
    }
    if (generated < options.minNewTokens()) {
      options.closingIds().stream()
          .filter(id -> id < x.length)
          .forEach(id -> x[(int) id] = Double.NEGATIVE_INFINITY);
    }
  }

  private void keepTopK(double[] x) {
    if (options.topK() > 0 && options.topK() < x.length) {
      double[] rising = x.clone();
      Arrays.sort(rising);
      drop(x, x, rising[x.length - options.topK()]);
    }
  }

  /** Drops rising probabilities while their sum is at most 1 - p; never the likeliest. */
  private void keepTopP(double[] x) {
    if (options.topP() == 1) {
      return;
    }
    double[] p = probabilities(x);
    int[] rising =
        IntStream.range(0, x.length)
            .boxed()
            .sorted((a, b) -> Double.compare(x[a], x[b]))
            .mapToInt(i -> i)
            .toArray();
    double sum = 0;
    for (int i = 0; i < x.length - 1; i++) {
      sum += p[rising[i]];
      if (sum <= 1 - options.topP()) {
        x[rising[i]] = Double.NEGATIVE_INFINITY;
      }
    }
  }

  private void keepMinP(double[] x) {
    if (options.minP() > 0) {
      double[] p = probabilities(x);
      drop(x, p, DoubleStream.of(p).max().orElse(0) * options.minP());
    }
  }

  private static void drop(double[] x, double[] by, double least) {
    for (int v = 0; v < x.length; v++) {
      x[v] = by[v] < least ? Double.NEGATIVE_INFINITY : x[v];
    }
  }

  private static double[] probabilities(double[] x) {
    double max = DoubleStream.of(x).max().orElse(0);
    double sum = DoubleStream.of(x).map(v -> Math.exp(v - max)).sum();
    return DoubleStream.of(x).map(v -> Math.exp(v - max) / sum).toArray();
  }

  /** The lower id among equals. */
  private static int argmax(double[] x) {
    int best = 0;
    for (int v = 1; v < x.length; v++) {
      best = x[v] > x[best] ? v : best;
    }
    return best;
  }
}
