package dev.tenon.benchmarks;

import dev.tenon.generation.GenerationOptions;
import dev.tenon.tensor.NamedArray;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Warmup;

/** How long do 128 tokens of a prompt take until the first token is there? */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 2, time = 5)
@Measurement(iterations = 5, time = 5)
@Fork(1)
public class PrefillBenchmark {
  /** One prompt. */
  @Benchmark
  public NamedArray prefill(InferenceState state) {
    return state
        .engine()
        .generate(RandomBatches.prompts(1, ModelShape.PROMPT), GenerationOptions.greedy(1));
  }
}
