package dev.tenon.backend.offload;

import java.nio.file.Path;
import java.util.Optional;

/**
 * Where weights, gradients and moments live between uses.
 *
 * @param directory for files, which have no name while they are open and vanish with the process;
 *     empty: in RAM
 */
public record OffloadOptions(Optional<Path> directory) {
  /** In RAM, outside the Java heap. */
  public static OffloadOptions ram() {
    return new OffloadOptions(Optional.empty());
  }

  /**
   * In files.
   *
   * @param directory existing, writable, with room for 16 bytes a parameter that trains and 4 for
   *     any other
   */
  public static OffloadOptions disk(Path directory) {
    return new OffloadOptions(Optional.of(directory));
  }
}
