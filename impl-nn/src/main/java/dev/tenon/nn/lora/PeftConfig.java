package dev.tenon.nn.lora;

import dev.tenon.model.Head;
import dev.tenon.nn.config.ConfigFile;
import dev.tenon.nn.config.ConfigReader;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** {@code adapter_config.json} of {@code peft} 0.21, read and written. */
final class PeftConfig {
  static final String FILE = "adapter_config.json";

  /** The heads that peft adds to modules_to_save of every classification, there or not. */
  static final Set<String> NEW_HEADS = Set.of("score", "classifier");

  private static final int MAX_RANK = 65_536;

  /** Keys whose values are read here, or change nothing that is computed. */
  private static final Set<String> READ =
      Set.of(
          "auto_mapping",
          "base_model_name_or_path",
          "bias",
          "fan_in_fan_out",
          "inference_mode",
          "init_lora_weights",
          "lora_alpha",
          "lora_dropout",
          "megatron_core",
          "modules_to_save",
          "peft_type",
          "peft_version",
          "qalora_group_size",
          "r",
          "revision",
          "runtime_config",
          "target_modules",
          "task_type",
          "use_rslora");

  private PeftConfig() {}

  /**
   * Reads a configuration.
   *
   * @return {@code targets} as the file lists them; a regular expression, which is not run, becomes
   *     the modules that the adapter's tensors are of
   * @throws dev.tenon.error.UnsupportedFeatureException naming every key that asks for more than
   *     plain LoRA
   * @throws dev.tenon.error.CheckpointException naming every key whose value is wrong
   */
  static LoraConfig read(ConfigFile file, List<String> modules) {
    ConfigReader keys = file.reader();
    Map<String, @Nullable Object> values = file.values();
    if (!keys.text("peft_type", "missing").equals("LORA")) {
      keys.unsupported("peft_type", "LORA");
    }
    if (!keys.text("bias", "none").equals("none")) {
      keys.unsupported("bias", "none");
    }
    Object start = values.get("init_lora_weights");
    if (start instanceof String && !start.equals("gaussian")) {
      keys.unsupported("init_lora_weights", "a start that leaves the base as it is");
    }
    values.forEach(
        (key, value) -> {
          if (!READ.contains(key) && !isOff(value)) {
            keys.unsupported(key, "null, false or empty");
          }
        });
    int rank = keys.integer("r", 1, MAX_RANK);
    double alpha = keys.positive("lora_alpha", 8);
    double dropout = keys.probability("lora_dropout", 0);
    boolean stabilised = keys.flag("use_rslora", false);
    List<String> targets = targets(keys, values, modules);
    List<String> saved = new ArrayList<>(strings(keys, values, "modules_to_save"));
    saved.removeAll(NEW_HEADS);
    keys.finish();
    return new LoraConfig(rank, alpha, dropout, targets, stabilised, saved);
  }

  private static boolean isOff(@Nullable Object value) {
    return value == null
        || Boolean.FALSE.equals(value)
        || (value instanceof Map<?, ?> map && map.isEmpty())
        || (value instanceof List<?> list && list.isEmpty());
  }

  private static List<String> targets(
      ConfigReader keys, Map<String, @Nullable Object> values, List<String> modules) {
    if (values.get("target_modules") instanceof String text) {
      return text.equals(LoraConfig.ALL_LINEAR) ? List.of(text) : modules;
    }
    List<String> targets = strings(keys, values, "target_modules");
    if (targets.isEmpty() || targets.contains(LoraConfig.ALL_LINEAR)) {
      keys.problem("target_modules", "names of modules");
      return List.of(LoraConfig.ALL_LINEAR);
    }
    return targets;
  }

  private static List<String> strings(
      ConfigReader keys, Map<String, @Nullable Object> values, String key) {
    Object value = values.get(key);
    if (value == null) {
      return List.of();
    }
    List<String> strings = new ArrayList<>();
    if (value instanceof List<?> list) {
      for (Object each : list) {
        if (each instanceof String text && !text.isBlank()) {
          strings.add(text);
        }
      }
      if (strings.size() == list.size()) {
        return strings;
      }
    }
    keys.problem(key, "a list of names");
    return List.of();
  }

  /**
   * The keys of a configuration.
   *
   * @param targets names of modules
   * @param saved modules that are saved as a whole
   * @param transposed whether the layers are Conv1D
   * @param base the directory that the base was read from
   */
  static Map<String, @Nullable Object> toMap(
      LoraConfig config,
      List<String> targets,
      List<String> saved,
      boolean transposed,
      Head head,
      Optional<String> base) {
    Map<String, @Nullable Object> keys = new LinkedHashMap<>();
    keys.put("base_model_name_or_path", base.orElse(null));
    keys.put("bias", "none");
    keys.put("fan_in_fan_out", transposed);
    keys.put("inference_mode", true);
    keys.put("init_lora_weights", true);
    boolean whole = config.alpha() == Math.rint(config.alpha()) && config.alpha() < 1e15;
    keys.put("lora_alpha", whole ? (Object) (long) config.alpha() : (Object) config.alpha());
    keys.put("lora_dropout", config.dropout());
    keys.put("modules_to_save", saved.isEmpty() ? null : saved);
    keys.put("peft_type", "LORA");
    keys.put("r", config.rank());
    keys.put("target_modules", targets);
    keys.put("task_type", taskType(head));
    keys.put("use_rslora", config.rankStabilised());
    return keys;
  }

  private static @Nullable String taskType(Head head) {
    return switch (head) {
      case CAUSAL_LM -> "CAUSAL_LM";
      case VALUE, SEQUENCE_CLASSIFICATION, PAIR_CLASSIFICATION -> "SEQ_CLS";
      case POOLED_EMBEDDING -> "FEATURE_EXTRACTION";
      case MASKED_LM -> null;
    };
  }
}
