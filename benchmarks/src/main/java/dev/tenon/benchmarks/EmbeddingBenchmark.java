package dev.tenon.benchmarks;

import dev.tenon.modelinterface.text.Embedding;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Warmup;

/** How long do sentences take to become vectors? */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 2, time = 5)
@Measurement(iterations = 5, time = 5)
@Fork(1)
public class EmbeddingBenchmark {
  /** 32 sentences in one call. */
  @Benchmark
  public List<Embedding> batch(EmbeddingState state) {
    return state.embedder.embed(state.sentences);
  }

  /** One sentence. */
  @Benchmark
  public Embedding single(EmbeddingState state) {
    return state.embedder.embed(state.sentences.get(0));
  }
}
