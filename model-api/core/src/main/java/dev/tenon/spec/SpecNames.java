package dev.tenon.spec;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A {@link FinetuneSpec} under HuggingFace's names where there are any, in a fixed order. */
final class SpecNames {
  private SpecNames() {}

  static Map<String, @Nullable Object> of(FinetuneSpec spec) {
    Schedule schedule = spec.schedule();
    AdamW adamW = spec.optimizer();
    Map<String, @Nullable Object> map = new LinkedHashMap<>();
    map.put("max_steps", spec.totalSteps().isPresent() ? spec.totalSteps().getAsLong() : null);
    map.put("learning_rate", spec.learningRate());
    map.put("lr_scheduler_type", lowerCase(schedule.kind()));
    map.put("warmup_steps", schedule.warmupSteps());
    map.put("min_lr_rate", schedule.minLrRatio());
    map.put("adam_beta1", adamW.beta1());
    map.put("adam_beta2", adamW.beta2());
    map.put("adam_epsilon", adamW.eps());
    map.put("weight_decay", adamW.weightDecay());
    map.put("parameter_groups", groups(spec.groups()));
    map.put("max_grad_norm", spec.maxGradNorm());
    map.put("micro_batch_tokens", spec.microBatchTokens());
    map.put("precision", spec.precision().label());
    map.put("seed", spec.seed());
    map.put("gradient_checkpointing", spec.gradientCheckpointing());
    map.put("disable_dropout", spec.disableDropout());
    map.put("train_only", spec.trained().only());
    map.put("freeze", spec.trained().frozen());
    map.put("max_skipped_steps", spec.maxSkippedSteps());
    if (spec.precision() == Precision.F16) {
      map.put("loss_scaler", scaler(spec.lossScaler()));
    }
    return Collections.unmodifiableMap(map);
  }

  private static String lowerCase(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT);
  }

  private static Map<String, Object> scaler(DynamicLossScaler scaler) {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("initial_scale", scaler.initialScale());
    map.put("loss_scale_window", scaler.window());
    map.put("scale_factor", scaler.factor());
    map.put("hysteresis", scaler.hysteresis());
    map.put("min_loss_scale", scaler.minScale());
    map.put("consecutive_hysteresis", scaler.consecutiveHysteresis());
    return map;
  }

  private static List<Object> groups(List<ParameterGroup> groups) {
    List<Object> maps = new ArrayList<>();
    for (ParameterGroup group : groups) {
      Map<String, Object> map = new LinkedHashMap<>();
      map.put("pattern", group.pattern());
      map.put("learning_rate", group.learningRate());
      map.put("weight_decay", group.weightDecay());
      maps.add(map);
    }
    return maps;
  }
}
