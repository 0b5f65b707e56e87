package dev.tenon.nn.internal;

import dev.tenon.internal.SplitMix64;
import java.nio.charset.StandardCharsets;

/** Seeds of tensors that begin at random: the same on every machine, in any order. */
public final class NameSeed {
  private NameSeed() {}

  /** The seed of the tensor of a name in a network of a seed. */
  public static long of(long seed, String name) {
    return SplitMix64.mix(seed) ^ hash(name);
  }

  /** FNV-1a over UTF-8, 64 bits. */
  private static long hash(String name) {
    long hash = 0xcbf29ce484222325L;
    for (byte each : name.getBytes(StandardCharsets.UTF_8)) {
      hash = (hash ^ (each & 0xff)) * 0x100000001b3L;
    }
    return hash;
  }
}
