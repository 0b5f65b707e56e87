package dev.tenon.benchmarks;

import dev.tenon.checkpoint.SafetensorsFile;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Warmup;

/** How long until a checkpoint's tensors are known, their values not yet read? */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 2, time = 5)
@Measurement(iterations = 5, time = 5)
@Fork(1)
public class SafetensorsOpenBenchmark {
  /** Reads and checks the header. */
  @Benchmark
  public SafetensorsFile open(CheckpointState state) {
    return SafetensorsFile.open(state.file());
  }
}
