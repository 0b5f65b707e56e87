package dev.tenon.backend.pytorch;

import dev.tenon.checkpoint.CheckpointDirectory;
import dev.tenon.internal.Json;
import dev.tenon.model.Network;
import dev.tenon.spec.AdamW;
import dev.tenon.spec.FinetuneSpec;
import dev.tenon.spec.ParameterGroup;
import dev.tenon.spec.Schedule;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** What {@code tenon.json} says of how a directory was made. Equal runs write equal records. */
final class RunRecord {
  private final Map<String, Object> entries = new LinkedHashMap<>();

  RunRecord(Network network) {
    Optional<String> version =
        Optional.ofNullable(RunRecord.class.getPackage().getImplementationVersion());
    entries.put("tenon_version", version.orElse("development"));
    entries.put("backend", PyTorchBackend.NAME);
    entries.put("architecture", network.architecture());
  }

  /** Adds how the weights were trained, under HuggingFace's names where there are any. */
  RunRecord training(FinetuneSpec spec, long steps) {
    AdamW adamW = spec.optimizer();
    Schedule schedule = spec.schedule();
    Map<String, Object> training = new LinkedHashMap<>();
    training.put("optimizer_steps", steps);
    spec.totalSteps().ifPresent(total -> training.put("max_steps", total));
    training.put("learning_rate", spec.learningRate());
    training.put("lr_scheduler_type", schedule.kind().name().toLowerCase(Locale.ROOT));
    training.put("warmup_steps", schedule.warmupSteps());
    training.put("min_lr_rate", schedule.minLrRatio());
    training.put("adam_beta1", adamW.beta1());
    training.put("adam_beta2", adamW.beta2());
    training.put("adam_epsilon", adamW.eps());
    training.put("weight_decay", adamW.weightDecay());
    training.put("max_grad_norm", spec.maxGradNorm());
    training.put("precision", spec.precision().name().toLowerCase(Locale.ROOT));
    training.put("seed", spec.seed());
    List<Object> groups = spec.groups().stream().map(RunRecord::group).toList();
    if (!groups.isEmpty()) {
      training.put("parameter_groups", groups);
    }
    entries.put("training", training);
    return this;
  }

  private static Object group(ParameterGroup group) {
    Map<String, Object> entries = new LinkedHashMap<>();
    entries.put("pattern", group.pattern());
    entries.put("learning_rate", group.learningRate());
    entries.put("weight_decay", group.weightDecay());
    return entries;
  }

  /** Writes the record into a directory. */
  void write(Path directory) throws IOException {
    Files.write(directory.resolve(CheckpointDirectory.MARK), Json.prettyBytes(entries));
  }
}
