package dev.tenon.backend.sharded;

import java.util.Locale;

/** The library that shards. */
public enum ShardingEngine {
  /** DeepSpeed's ZeRO, stages 0 to 3. */
  DEEPSPEED,
  /** torch's {@code fully_shard}: weights, gradients and moments sharded, without DeepSpeed. */
  FSDP2;

  /** Its name in options and frames. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
