package dev.tenon.backend.sharded;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.checkpoint.NamedArrayFormat;
import dev.tenon.internal.Json;
import dev.tenon.model.Network;
import dev.tenon.nn.internal.pass.DropoutSeeds;
import dev.tenon.nn.internal.pass.OutputPlan;
import dev.tenon.objective.TextObjective;
import dev.tenon.spec.FinetuneSpec;
import dev.tenon.spec.Precision;
import dev.tenon.tensor.Device;
import dev.tenon.tensor.NamedArray;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.Writer;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/** The same ranks in plain Python processes, one step at a time. */
final class PlainSteps implements AutoCloseable {
  private final WorkDirectory directory = WorkDirectory.create();
  private final List<Process> ranks = new ArrayList<>();
  private final List<BufferedReader> lines = new ArrayList<>();
  private final List<Writer> asked = new ArrayList<>();

  PlainSteps(
      ShardedOptions options,
      Network network,
      FinetuneSpec spec,
      NamedArray batch,
      TextObjective objective,
      Ranks archives)
      throws IOException {
    write("init", setup(options, network, spec));
    RankShares shares =
        new RankShares(
            batch,
            options.worldSize(),
            spec.microBatchTokens(),
            OutputPlan.of(network, objective.outputs()),
            network.program().packed(),
            DropoutSeeds.OFF);
    RankObjective text = new RankObjective(archives, objective);
    List<Part> requests = shares.requests(text::fields);
    requests.forEach(text::into);
    for (int rank = 0; rank < options.worldSize(); rank++) {
      write("step-" + rank, requests.get(rank));
      start(rank, options.worldSize());
    }
    for (BufferedReader line : lines) {
      assertThat(line.readLine()).isEqualTo("ready");
    }
  }

  private Part setup(ShardedOptions options, Network network, FinetuneSpec spec) {
    return new RankSetup(network, options, Optional.of(spec), directory)
        .request(Device.cpu(), Precision.F32, 64L << 20);
  }

  private void write(String name, Part part) throws IOException {
    Files.write(
        directory.run().resolve(name + ".json"),
        Json.compact(part.head()).getBytes(StandardCharsets.UTF_8));
    try (WritableByteChannel out =
        Files.newByteChannel(
            directory.run().resolve(name + ".safetensors"),
            StandardOpenOption.CREATE,
            StandardOpenOption.WRITE)) {
      NamedArrayFormat.write(out, NamedArray.of(part.tensors()));
    }
  }

  private void start(int rank, int world) throws IOException {
    Path script = directory.run().resolve("plain_step.py");
    try (InputStream in = PlainSteps.class.getResourceAsStream("plain_step.py")) {
      Files.write(script, Objects.requireNonNull(in, "plain_step.py").readAllBytes());
    }
    Path python = PythonRuntime.find(Optional.empty()).interpreter();
    ProcessBuilder builder =
        new ProcessBuilder(python.toString(), script.toString(), directory.run().toString());
    Map<String, String> environment = builder.environment();
    environment.put("PYTHONPATH", directory.worker().toString());
    environment.put("RANK", Integer.toString(rank));
    environment.put("LOCAL_RANK", Integer.toString(rank));
    environment.put("WORLD_SIZE", Integer.toString(world));
    environment.put("LOCAL_WORLD_SIZE", Integer.toString(world));
    Ranks.environment(directory, Optional.empty(), Device.cpu())
        .forEach((name, value) -> environment.put(name, value.toString()));
    builder.redirectError(new File("/dev/null"));
    Process process = builder.start();
    ranks.add(process);
    lines.add(process.inputReader());
    asked.add(process.outputWriter());
  }

  /** Seconds of the slowest rank's step. */
  double step() throws IOException {
    for (Writer writer : asked) {
      writer.write("\n");
      writer.flush();
    }
    double seconds = 0;
    for (BufferedReader line : lines) {
      seconds = Math.max(seconds, Double.parseDouble(line.readLine()));
    }
    return seconds;
  }

  @Override
  public void close() {
    ranks.forEach(Process::destroyForcibly);
    directory.close();
  }
}
