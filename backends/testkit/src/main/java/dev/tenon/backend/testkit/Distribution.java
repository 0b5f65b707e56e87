package dev.tenon.backend.testkit;

import java.util.stream.DoubleStream;

/** A distribution over the vocabulary, from logits at a temperature, in float64. */
final class Distribution {
  private final double temperature;
  private final double[] logprobs; // [V]

  Distribution(double[] logits, double temperature) {
    this.temperature = temperature;
    double max = DoubleStream.of(logits).max().orElse(0) / temperature;
    double sum = DoubleStream.of(logits).map(x -> Math.exp(x / temperature - max)).sum();
    logprobs = DoubleStream.of(logits).map(x -> x / temperature - max - Math.log(sum)).toArray();
  }

  double logprob(int token) {
    return logprobs[token];
  }

  /** In nats. */
  double entropy() {
    return -DoubleStream.of(logprobs)
        .map(x -> x == Double.NEGATIVE_INFINITY ? 0 : x * Math.exp(x))
        .sum();
  }

  /** Of a log-probability with respect to the logits: (one-hot - p) / temperature. */
  double[] logprobGradient(int token) {
    double[] gradient = DoubleStream.of(logprobs).map(x -> -Math.exp(x) / temperature).toArray();
    gradient[token] += 1 / temperature;
    return gradient;
  }

  /** Of the entropy with respect to the logits: -p (log p + entropy) / temperature. */
  double[] entropyGradient() {
    double entropy = entropy();
    return DoubleStream.of(logprobs).map(x -> -Math.exp(x) * (x + entropy) / temperature).toArray();
  }
}
