package dev.tenon.benchmarks;

import dev.tenon.model.Tokenizer.Encoding;
import dev.tenon.model.Tokenizer.Padding;
import dev.tenon.tensor.TokenIds;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Warmup;

/** How long do 10,000 words take to become token ids? */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 2, time = 5)
@Measurement(iterations = 5, time = 5)
@Fork(1)
public class TokenizerBenchmark {
  /** One long text. */
  @Benchmark
  public Encoding encode(TokenizerState state) {
    return state.tokenizer.encode(state.text, false);
  }

  /** The same words as a thousand texts, one after the other. */
  @Benchmark
  public long encodeOneByOne(TokenizerState state) {
    return state.texts.stream().mapToLong(x -> state.tokenizer.encode(x, false).ids().size()).sum();
  }

  /** The ids of a thousand texts in one batch. */
  @Benchmark
  public List<TokenIds> encodeIds(TokenizerState state) {
    return state.tokenizer.encodeIds(state.texts, Integer.MAX_VALUE);
  }

  /** The same words as a thousand texts in one batch. */
  @Benchmark
  public List<Encoding> encodeBatch(TokenizerState state) {
    return state.tokenizer.encodeBatch(state.texts, Padding.NONE, Integer.MAX_VALUE);
  }
}
