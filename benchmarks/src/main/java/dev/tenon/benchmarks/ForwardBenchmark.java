package dev.tenon.benchmarks;

import dev.tenon.model.Output;
import dev.tenon.tensor.NamedArray;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Warmup;

/** How long do the log-probabilities of a batch take? */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 2, time = 5)
@Measurement(iterations = 5, time = 5)
@Fork(1)
public class ForwardBenchmark {
  /** The train step's batch, without gradients. */
  @Benchmark
  public NamedArray forward(InferenceState state) {
    NamedArray batch = RandomBatches.prompts(state.shape.trainRows, state.shape.trainTokens);
    return state.engine().forward(batch, Output.TOKEN_LOGPROBS);
  }
}
