package dev.tenon.backend.sharded;

import dev.tenon.checkpoint.SafetensorsFile;
import dev.tenon.checkpoint.SafetensorsWriter;
import dev.tenon.checkpoint.Weights;
import dev.tenon.error.CheckpointException;
import dev.tenon.internal.Json;
import dev.tenon.internal.Problems;
import dev.tenon.model.Network;
import dev.tenon.model.Parameter;
import dev.tenon.nn.internal.pass.OptimizerGroup;
import dev.tenon.nn.script.ProgramArchives;
import dev.tenon.nn.script.ScriptArchive;
import dev.tenon.spec.FinetuneSpec;
import dev.tenon.spec.Precision;
import dev.tenon.tensor.Device;
import dev.tenon.tensor.TensorData;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What ranks are told at their start. It is also written beside the run. */
final class RankSetup {
  /** All of it, with the whole {@link FinetuneSpec}. */
  static final String SETUP = "setup.json";

  /** DeepSpeed's part, as DeepSpeed reads it. */
  static final String DEEPSPEED = "ds_config.json";

  private final Network network;
  private final ShardedOptions options;
  private final Optional<FinetuneSpec> spec;
  private final WorkDirectory directory;

  /**
   * Prepares the start.
   *
   * @param spec empty: inference
   */
  RankSetup(
      Network network,
      ShardedOptions options,
      Optional<FinetuneSpec> spec,
      WorkDirectory directory) {
    this.network = network;
    this.options = options;
    this.spec = spec;
    this.directory = directory;
  }

  /**
   * The request, for every rank.
   *
   * @param device of every rank: the CPU, or the GPU of its own number on its host
   */
  Part request(Device device, Precision precision, long headChunkBytes) {
    ScriptArchive program = ProgramArchives.training(network.program(), precision);
    Part request =
        new Part()
            .with("engine", options.engine().label())
            .with("device", device.type())
            .with("threads", threads())
            .with("collective_s", options.callDeadline().toSeconds())
            .with("start_s", options.startDeadline().toSeconds())
            .with("rendezvous", rendezvous())
            .with("layers", network.program().layers())
            .with("chunk", Math.max(1, headChunkBytes / (4L * network.vocabSize())))
            .with("program_sha256", program.sha256())
            .with("parameters", parameters())
            .with("spec", settings());
    writeBeside(request);
    return request.with("", Map.of("program", bytes(program)));
  }

  private Map<String, Object> rendezvous() {
    return options
        .nodes()
        .map(x -> Map.<String, Object>of("host", x.host(), "port", x.port()))
        .orElseGet(() -> Map.of("file", directory.newFile(".store").toString()));
  }

  static TensorData bytes(ScriptArchive archive) {
    byte[] bytes = archive.bytes();
    return TensorData.ofBytes(bytes, bytes.length);
  }

  private int threads() {
    int processors = Runtime.getRuntime().availableProcessors();
    return options.threads() > 0
        ? options.threads()
        : Math.max(1, processors / options.ranksHere());
  }

  private void writeBeside(Part request) {
    Map<String, @Nullable Object> setup = new LinkedHashMap<>(request.head());
    spec.ifPresent(x -> setup.put("finetune_spec", x.toMap()));
    try {
      Files.write(directory.run().resolve(SETUP), Json.prettyBytes(setup));
      if (options.engine() == ShardingEngine.DEEPSPEED) {
        Files.write(
            directory.run().resolve(DEEPSPEED),
            Json.prettyBytes(DeepSpeedSettings.of(options, network, spec)));
      }
    } catch (IOException e) {
      throw new CheckpointException(Problems.problem("setup of the ranks", e, "written"), e);
    }
  }

  private Map<String, @Nullable Object> settings() {
    Map<String, @Nullable Object> settings = new LinkedHashMap<>();
    settings.put("training", spec.isPresent());
    settings.put("checkpointing", spec.map(FinetuneSpec::gradientCheckpointing).orElse(false));
    settings.put("clip", spec.map(FinetuneSpec::maxGradNorm).orElse(0.0));
    settings.put("cpu_adam", options.cpuAdam());
    settings.put("config", DeepSpeedSettings.of(options, network, spec));
    spec.ifPresent(
        x -> {
          settings.put("betas", List.of(x.optimizer().beta1(), x.optimizer().beta2()));
          settings.put("eps", x.optimizer().eps());
          settings.put(
              "groups", OptimizerGroup.of(network, x).stream().map(RankSetup::map).toList());
        });
    return settings;
  }

  private static Map<String, Object> map(OptimizerGroup group) {
    return Map.of(
        "rate", group.learningRate(), "decay", group.weightDecay(), "names", group.names());
  }

  private List<Map<String, Object>> parameters() {
    Set<String> trained = spec.map(network::trained).orElse(Set.of());
    Sources sources = new Sources(network.weights(), directory);
    List<Map<String, Object>> table = new ArrayList<>();
    for (Parameter parameter : network.parameters()) {
      Map<String, Object> entry = new LinkedHashMap<>();
      entry.put("name", parameter.name());
      entry.put("key", parameter.key());
      entry.put("layer", parameter.layer());
      entry.put(
          "stages",
          Stream.concat(Stream.of(parameter.stage()), parameter.alsoUsedBy().stream())
              .map(Enum::name)
              .toList());
      entry.put("shape", parameter.shape().dims());
      entry.put("trained", trained.contains(parameter.name()));
      entry.put("source", sources.of(parameter.name()));
      table.add(entry);
    }
    return table;
  }

  /**
   * Where ranks find tensors: in the files that they lie in, so that no weight travels through the
   * JVM; what lies in none is written into one first.
   */
  static final class Sources {
    private final Weights weights;
    private final Optional<SafetensorsFile> others;

    Sources(Weights weights, WorkDirectory directory) {
      this.weights = weights;
      Map<String, Weights.Info> loose = new TreeMap<>();
      for (String name : weights.names()) {
        if (weights.region(name).isEmpty()) {
          loose.put(name, weights.info(name));
        }
      }
      if (loose.isEmpty()) {
        others = Optional.empty();
      } else {
        Path file = directory.newFile(".safetensors");
        SafetensorsWriter.write(file, loose, Map.of(), weights::read);
        others = Optional.of(SafetensorsFile.open(file));
      }
    }

    /** File, offset, type and shape. */
    Map<String, Object> of(String name) {
      Weights.Region region =
          weights
              .region(name)
              .or(() -> others.flatMap(x -> x.region(name)))
              .orElseThrow(
                  () ->
                      new CheckpointException(
                          Problems.problem("weight " + name, "nowhere", "in a file")));
      Weights.Info info = weights.info(name);
      return Map.of(
          "file",
          region.file().toAbsolutePath().toString(),
          "offset",
          region.offset(),
          "dtype",
          info.dtype().name(),
          "shape",
          info.shape().dims());
    }
  }
}
