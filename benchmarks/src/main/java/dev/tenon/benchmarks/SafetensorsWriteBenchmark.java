package dev.tenon.benchmarks;

import dev.tenon.checkpoint.SafetensorsWriter;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Warmup;

/** How long does a file of weights take until it is safe on the disk? */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 2, time = 5)
@Measurement(iterations = 5, time = 5)
@Fork(1)
public class SafetensorsWriteBenchmark {
  /** Writes every tensor, synchronises and renames. */
  @Benchmark
  public Path write(CheckpointState state) {
    Path file = state.directory.resolve("written.safetensors");
    try (SafetensorsWriter writer = SafetensorsWriter.create(file, state.infos, Map.of())) {
      state.tensors.forEach(writer::accept);
      writer.commit();
    }
    return file;
  }
}
