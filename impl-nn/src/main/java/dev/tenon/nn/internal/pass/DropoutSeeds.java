package dev.tenon.nn.internal.pass;

import dev.tenon.internal.SplitMix64;
import java.util.OptionalLong;

/**
 * The seeds of one step's dropout masks. A micro-batch has one seed, from which the program makes
 * those of its layers and sites, so a pass that runs again has the same masks.
 *
 * @param active false: no dropout
 * @param run seed of the run
 * @param step optimizer steps done
 */
public record DropoutSeeds(boolean active, long run, long step) {
  /** No dropout. */
  public static final DropoutSeeds OFF = new DropoutSeeds(false, 0, 0);

  /** The seed of a micro-batch, empty without dropout. */
  public OptionalLong of(int microBatch) {
    return active
        ? OptionalLong.of(mixed(mixed(mixed(0, run), step), microBatch))
        : OptionalLong.empty();
  }

  /** SplitMix64's first number of a state that differs with both arguments. */
  private static long mixed(long state, long value) {
    return new SplitMix64(state ^ value).next();
  }
}
