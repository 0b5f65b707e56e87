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

/** How long do all values of a checkpoint take from the page cache to Java's heap? */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 2, time = 5)
@Measurement(iterations = 5, time = 5)
@Fork(1)
public class SafetensorsReadBenchmark {
  /** Reads every tensor. */
  @Benchmark
  public long read(CheckpointState state) {
    SafetensorsFile file = SafetensorsFile.open(state.file());
    return file.names().stream().mapToLong(name -> file.read(name).byteSize()).sum();
  }
}
