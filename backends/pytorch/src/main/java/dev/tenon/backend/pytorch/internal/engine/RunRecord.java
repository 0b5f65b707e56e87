package dev.tenon.backend.pytorch.internal.engine;

import dev.tenon.checkpoint.CheckpointDirectory;
import dev.tenon.internal.Json;
import dev.tenon.model.Network;
import dev.tenon.spec.FinetuneSpec;
import dev.tenon.spec.Precision;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What {@code tenon.json} says of how a directory was made. Equal runs write equal records. */
final class RunRecord {
  private final Map<String, Object> entries = new LinkedHashMap<>();

  RunRecord(String backend, Network network) {
    Optional<String> version =
        Optional.ofNullable(RunRecord.class.getPackage().getImplementationVersion());
    entries.put("tenon_version", version.orElse("development"));
    entries.put("backend", backend);
    entries.put("architecture", network.architecture());
  }

  /** Adds how the weights were trained, under HuggingFace's names where there are any. */
  RunRecord training(FinetuneSpec spec, long steps) {
    Map<String, @Nullable Object> training = new LinkedHashMap<>();
    training.put("optimizer_steps", steps);
    training.putAll(spec.toMap());
    entries.put("training", training);
    return this;
  }

  /** Adds in what the weights are quantised. */
  RunRecord quantization(Precision precision) {
    entries.put("quantization", precision.label());
    return this;
  }

  /** Writes the record into a directory. */
  void write(Path directory) throws IOException {
    Files.write(directory.resolve(CheckpointDirectory.MARK), Json.prettyBytes(entries));
  }
}
