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
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** How long does a greedy step take, after prompts of one token? A step gives a token a row. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 2, time = 5)
@Measurement(iterations = 5, time = 5)
@Fork(1)
public class DecodeBenchmark {
  private static final int STEPS = 64;

  /** One step. */
  @Benchmark
  @OperationsPerInvocation(STEPS)
  public NamedArray decode(InferenceState state, Rows rows) {
    return state
        .engine()
        .generate(
            RandomBatches.prompts(rows.batch, 1), GenerationOptions.greedy(STEPS).ignoringEos());
  }

  /** How many requests share a step. */
  @State(Scope.Benchmark)
  public static class Rows {
    /** Requests. */
    @Param({"1", "8", "32"})
    public int batch;
  }
}
