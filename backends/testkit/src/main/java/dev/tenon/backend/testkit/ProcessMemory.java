package dev.tenon.backend.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Bytes of physical memory that this process holds, native memory included: what a backend's {@code
 * plan} is held against. It reads {@code /proc/self/status}, so it needs Linux; safe for threads.
 */
public final class ProcessMemory {
  private ProcessMemory() {}

  /**
   * Now.
   *
   * @throws UncheckedIOException where there is no such file
   */
  public static long resident() {
    return status("VmRSS:");
  }

  /**
   * At most, since the process began.
   *
   * @throws UncheckedIOException where there is no such file
   */
  public static long peak() {
    return status("VmHWM:");
  }

  private static long status(String key) {
    try {
      return Files.readAllLines(Path.of("/proc/self/status")).stream()
          .filter(line -> line.startsWith(key))
          .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) << 10)
          .findFirst()
          .orElseThrow();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
