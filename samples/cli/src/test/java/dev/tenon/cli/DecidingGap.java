package dev.tenon.cli;

import dev.tenon.generation.GenerationOptions;
import dev.tenon.generation.GenerationRequest;
import dev.tenon.internal.SamplingNoise;
import dev.tenon.model.Engine;
import dev.tenon.model.Output;
import dev.tenon.tensor.Items;
import dev.tenon.tensor.NamedArray;
import dev.tenon.tensor.TensorData;
import dev.tenon.tensor.TokenIds;
import java.util.Arrays;
import java.util.List;
import java.util.stream.DoubleStream;

/**
 * How far two answers to one request were from being the same where they part, by the float64 twin
 * of the rules that chose their tokens: for greedy the difference of the two logits, for sampled
 * ones the difference in the race (decision 012), in nats, or the distance to the edge of the
 * filter that kept only one of the two. A difference of logits is never less than that of the
 * probabilities.
 */
final class DecidingGap {
  private final GenerationRequest request;
  private final GenerationOptions options;
  private final double[] scores; // [V] after penalty, least length and temperature
  private final double[] kept; // [V] the same, -inf where a filter drops
  private final double[] outside; // [V] distance to the edge of the filter that drops, else 0
  private final int generated;

  private DecidingGap(GenerationRequest request, TokenIds answer, float[] logits) {
    this.request = request;
    this.options = request.options();
    this.generated = answer.size();
    this.scores = new double[logits.length];
    Arrays.setAll(scores, i -> logits[i]);
    penalise(request.promptIds().concat(answer));
    kept = scores.clone();
    outside = new double[logits.length];
    if (options.doSample()) {
      filter();
    }
  }

  /** The gap where two answers to a request differ first. */
  static double of(Engine engine, GenerationRequest request, TokenIds a, TokenIds b) {
    int same = 0;
    while (same < Math.min(a.size(), b.size()) && a.get(same) == b.get(same)) {
      same++;
    }
    TokenIds begun = a.slice(0, same);
    float[] logits = lastLogits(engine, request.promptIds().concat(begun));
    return new DecidingGap(request, begun, logits).between((int) a.get(same), (int) b.get(same));
  }

  private static float[] lastLogits(Engine engine, TokenIds ids) {
    NamedArray batch =
        NamedArray.builder(Items.of(List.of("0"), List.of(ids.size())))
            .put("input_ids", TensorData.ofLongs(ids.toArray(), ids.size()))
            .build();
    float[] logits = engine.forward(batch, Output.LOGITS).get("logits").toFloats();
    int vocab = engine.network().vocabSize();
    return Arrays.copyOfRange(logits, logits.length - vocab, logits.length);
  }

  private void penalise(TokenIds seen) {
    double penalty = options.repetitionPenalty();
    seen.stream()
        .distinct()
        .mapToInt(id -> (int) id)
        .forEach(id -> scores[id] *= scores[id] < 0 ? penalty : 1 / penalty);
    if (generated < options.minNewTokens()) {
      options.closingIds().stream().forEach(id -> scores[(int) id] = Double.NEGATIVE_INFINITY);
    }
  }

  private void filter() {
    for (int i = 0; i < scores.length; i++) {
      scores[i] /= options.temperature();
      kept[i] = scores[i];
    }
    drop(this::outsideTopK);
    drop(this::outsideTopP);
    drop(this::outsideMinP);
  }

  private void drop(Edge edge) {
    double[] distances = new double[kept.length];
    Arrays.setAll(distances, edge::distance);
    for (int i = 0; i < kept.length; i++) {
      if (distances[i] > 0 && outside[i] == 0) {
        outside[i] = distances[i];
        kept[i] = Double.NEGATIVE_INFINITY;
      }
    }
  }

  /** How far a token is outside; not above 0: inside. */
  private interface Edge {
    double distance(int token);
  }

  private double outsideTopK(int token) {
    if (options.topK() == 0 || options.topK() >= kept.length) {
      return 0;
    }
    double[] rising = scores.clone();
    Arrays.sort(rising);
    return rising[rising.length - options.topK()] - scores[token];
  }

  /** The probability of what is likelier, less p. */
  private double outsideTopP(int token) {
    if (options.topP() == 1 || kept[token] == Double.NEGATIVE_INFINITY) {
      return 0;
    }
    double likelier = 0;
    double[] p = probabilities();
    for (int i = 0; i < p.length; i++) {
      likelier += kept[i] > kept[token] ? p[i] : 0;
    }
    return likelier - options.topP();
  }

  private double outsideMinP(int token) {
    double[] p = probabilities();
    return options.minP() * DoubleStream.of(p).max().orElseThrow() - p[token];
  }

  private double[] probabilities() {
    double most = DoubleStream.of(kept).max().orElseThrow();
    double sum = DoubleStream.of(kept).map(x -> Math.exp(x - most)).sum();
    return DoubleStream.of(kept).map(x -> Math.exp(x - most) / sum).toArray();
  }

  private double between(int a, int b) {
    double edge = Math.max(outside[a], outside[b]);
    return edge > 0 ? edge : Math.abs(race(a) - race(b));
  }

  private double race(int token) {
    if (!options.doSample()) {
      return kept[token];
    }
    int position = request.promptIds().size() + generated;
    long noise = SamplingNoise.state(request.seed(), request.sample(), position);
    return kept[token] - Math.log(-Math.log(SamplingNoise.uniform(noise, token)));
  }
}
