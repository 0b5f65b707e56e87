package dev.tenon.benchmarks;

import dev.tenon.generation.GenerationOptions;
import dev.tenon.tensor.NamedArray;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Warmup;

/** How long does a greedy token take, after a prompt of one? */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 2, time = 5)
@Measurement(iterations = 5, time = 5)
@Fork(1)
public class DecodeBenchmark {
  private static final int STEPS = 64;

  /** One token. */
  @Benchmark
  @OperationsPerInvocation(STEPS)
  public NamedArray decode(InferenceState state) {
    return state
        .engine()
        .generate(RandomBatches.prompts(1, 1), GenerationOptions.greedy(STEPS).ignoringEos());
  }
}
