package dev.tenon.cli;

import dev.tenon.spec.InferenceSpec;
import dev.tenon.spec.Precision;
import java.util.Optional;
import picocli.CommandLine.Option;

/** In which precision a model runs, and on how many threads. */
final class InferenceOptions {
  @Option(
      names = "--precision",
      paramLabel = "NAME",
      description =
          "f32, bf16, f16, int8 or int4; by default as the weights are stored, f32 unless"
              + " quantized.")
  private Optional<String> precision = Optional.empty();

  @Option(
      names = "--threads",
      paramLabel = "N",
      defaultValue = "0",
      description = "Threads of one operator; 0: as many as libtorch takes (${DEFAULT-VALUE}).")
  private int threads;

  InferenceSpec spec() {
    return new InferenceSpec(precision.map(Precision::of), threads);
  }
}
