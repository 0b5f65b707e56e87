package dev.tenon.backend.offload;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.backend.testkit.ProcessMemory;
import dev.tenon.backend.testkit.objectives.ExampleObjectives;
import dev.tenon.model.Model;
import dev.tenon.nn.family.llama.LlamaConfig;
import dev.tenon.spec.BatchShape;
import dev.tenon.spec.FinetuneSpec;
import dev.tenon.spec.MemoryPlan;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * What training takes at most, in a JVM of its own, because a process has one peak.
 *
 * @param state bytes of weights, gradients and moments
 * @param growth the peak above what the process held after training a tiny model
 * @param peak the peak above what the process held once libtorch was loaded
 * @param planned the same as planned
 */
record PeakMemory(long state, long growth, long peak, long planned) {
  /** Vocabulary, hidden, intermediate, layers, heads; sequences of tokens. */
  static PeakMemory of(Path directory, int... shape) throws IOException, InterruptedException {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx192m",
                "-XX:+UseSerialGC",
                "-cp",
                System.getProperty("java.class.path"),
                PeakMemory.class.getName(),
                directory.toString()));
    Arrays.stream(shape).mapToObj(Integer::toString).forEach(command::add);
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().put("OMP_WAIT_POLICY", "passive");
    Process process = builder.start();
    String output = new String(process.getInputStream().readAllBytes(), UTF_8);
    assertThat(process.waitFor()).as(output).isZero();
    long[] numbers =
        Arrays.stream(output.lines().reduce((a, b) -> b).orElseThrow().split(" "))
            .mapToLong(Long::parseLong)
            .toArray();
    return new PeakMemory(numbers[0], numbers[1], numbers[2], numbers[3]);
  }

  public static void main(String[] arguments) {
    int[] shape = Arrays.stream(arguments).skip(1).mapToInt(Integer::parseInt).toArray();
    Path directory = Path.of(arguments[0]);
    OffloadBackend backend = new OffloadBackend(OffloadOptions.disk(directory));
    FinetuneSpec spec = FinetuneSpec.openEnded().learningRate(1e-4);
    Model network =
        TinyModels.create(
            LlamaConfig.of(shape[0], shape[1], shape[2], shape[3], shape[4])
                .withTiedHead(true)
                .toMap());
    backend.prepare();
    long loaded = ProcessMemory.resident();
    // What every process with libtorch takes, its kernels' scratch space included.
    step(new OffloadBackend(), TinyModels.llama(true), spec, 2, 3);
    long base = ProcessMemory.resident();
    step(backend, network, spec, shape[5], shape[6]);
    MemoryPlan plan = backend.plan(network.network(), spec, new BatchShape(shape[5], shape[6]));
    long peak = ProcessMemory.peak();
    System.out.printf(
        "%d %d %d %d%n",
        plan.disk(), peak - base, peak - loaded, plan.trainingBytes() - plan.host());
  }

  private static void step(
      OffloadBackend backend, Model network, FinetuneSpec spec, int sequences, int tokens) {
    int[] lengths = new int[sequences];
    Arrays.fill(lengths, tokens);
    try (Model model = backend.initialize(network, spec)) {
      for (int i = 0; i < 2; i++) {
        model
            .trainEngine()
            .trainBatch(TinyModels.batch(i, lengths), ExampleObjectives.sft().text());
      }
    }
  }
}
