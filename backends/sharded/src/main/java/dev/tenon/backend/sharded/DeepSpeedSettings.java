package dev.tenon.backend.sharded;

import dev.tenon.error.InvalidInputException;
import dev.tenon.internal.Problems;
import dev.tenon.model.Network;
import dev.tenon.spec.FinetuneSpec;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * DeepSpeed's configuration of a run. The learning rates of each step, the precision and the number
 * of micro-batches are not in it: ranks are told them, and a program rounds inside its own text.
 */
final class DeepSpeedSettings {
  private static Map<String, @Nullable Object> place(ShardedOptions options) {
    Map<String, @Nullable Object> place = new LinkedHashMap<>();
    place.put("device", options.nvme().isPresent() ? "nvme" : "cpu");
    options.nvme().ifPresent(x -> place.put("nvme_path", x.toAbsolutePath().toString()));
    return place;
  }

  /** Elements of a bucket: DeepSpeed's default of 5e8 costs gigabytes even for a tiny model. */
  private static final long LEAST_BUCKET = 1 << 16;

  private static final long MOST_BUCKET = 50_000_000;

  private final Map<String, @Nullable Object> settings = new LinkedHashMap<>();
  private final Problems problems = new Problems();

  private DeepSpeedSettings() {}

  /**
   * The configuration.
   *
   * @param spec empty: inference
   * @throws InvalidInputException for settings of the application's that Tenon decides
   */
  static Map<String, @Nullable Object> of(
      ShardedOptions options, Network network, Optional<FinetuneSpec> spec) {
    DeepSpeedSettings made = new DeepSpeedSettings();
    Map<String, @Nullable Object> own = made.settings;
    own.put("train_micro_batch_size_per_gpu", 1);
    own.put("gradient_accumulation_steps", 1);
    spec.ifPresent(x -> own.put("gradient_clipping", x.maxGradNorm()));
    own.put("steps_per_print", Integer.MAX_VALUE);
    own.put("zero_allow_untested_optimizer", true);
    own.put("zero_force_ds_cpu_optimizer", options.cpuAdam());
    own.put("zero_optimization", zero(options, network, spec.isPresent()));
    made.merge("", own, options.deepspeed());
    made.problems.throwIfAny(InvalidInputException::new);
    return own;
  }

  private static Map<String, @Nullable Object> zero(
      ShardedOptions options, Network network, boolean training) {
    Map<String, @Nullable Object> zero = new LinkedHashMap<>();
    int stage = options.zeroStage();
    zero.put("stage", stage);
    long bucket = bucket(network);
    zero.put("reduce_bucket_size", bucket);
    zero.put("allgather_bucket_size", bucket);
    zero.put("overlap_comm", false);
    if (stage == 3) {
      zero.put("stage3_prefetch_bucket_size", bucket);
      zero.put("stage3_max_live_parameters", bucket);
      zero.put("stage3_max_reuse_distance", bucket);
      zero.put("stage3_param_persistence_threshold", 0);
      zero.put("sub_group_size", 10 * bucket);
    }
    if (training && options.offload() != ShardedOptions.Offload.NONE) {
      zero.put("offload_optimizer", place(options));
    }
    if (options.offload() == ShardedOptions.Offload.ALL) {
      Map<String, @Nullable Object> place = place(options);
      options.nvme().ifPresent(x -> place.put("buffer_size", bucket));
      zero.put("offload_param", place);
    }
    return zero;
  }

  /** Elements of a bucket: as many as the largest parameter has, within bounds. */
  static long bucket(Network network) {
    long elements =
        network.parameters().stream().mapToLong(x -> x.shape().size()).max().orElse(LEAST_BUCKET);
    return Math.max(LEAST_BUCKET, Math.min(MOST_BUCKET, elements));
  }

  /** Adds what is not there; what is there must agree, but for sizes of buckets. */
  @SuppressWarnings("unchecked")
  private void merge(
      String path,
      Map<String, @Nullable Object> own,
      Map<String, ? extends @Nullable Object> more) {
    more.forEach(
        (name, value) -> {
          Object mine = own.get(name);
          if (mine instanceof Map<?, ?> && value instanceof Map<?, ?> inner) {
            merge(
                path + name + ".",
                (Map<String, @Nullable Object>) mine,
                (Map<String, @Nullable Object>) inner);
          } else if (mine == null || free(path + name)) {
            own.put(name, value);
          } else {
            problems.check(
                mine.equals(value) || mine.toString().equals(String.valueOf(value)),
                "deepspeed setting " + path + name,
                value,
                mine + ", from FinetuneSpec or ShardedOptions");
          }
        });
    for (String decided : new String[] {"optimizer", "scheduler", "fp16", "bf16", "amp"}) {
      if (path.isEmpty() && more.containsKey(decided)) {
        problems.add(
            "deepspeed setting " + decided, more.get(decided), "none: FinetuneSpec says it");
      }
    }
  }

  private static boolean free(String path) {
    return path.startsWith("zero_optimization.")
        && (path.endsWith("_size")
            || path.endsWith("_threshold")
            || path.endsWith("live_parameters")
            || path.endsWith("reuse_distance")
            || path.endsWith("overlap_comm"));
  }
}
