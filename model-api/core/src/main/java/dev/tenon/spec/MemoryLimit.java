package dev.tenon.spec;

import com.sun.management.OperatingSystemMXBean;
import dev.tenon.error.InsufficientMemoryException;
import dev.tenon.error.InvalidInputException;
import dev.tenon.internal.Problems;
import java.lang.management.ManagementFactory;
import java.util.Locale;

/**
 * How much memory a backend may take, so that what cannot fit is refused before anything is
 * allocated. Immutable and safe for threads.
 */
public final class MemoryLimit {
  private static final MemoryLimit MACHINE = new MemoryLimit(0);
  private static final MemoryLimit NONE = new MemoryLimit(Long.MAX_VALUE);

  private final long stated;

  private MemoryLimit(long stated) {
    this.stated = stated;
  }

  /** The memory of this machine, or of the container that this process runs in. */
  public static MemoryLimit machine() {
    return MACHINE;
  }

  /** No limit: everything is tried. */
  public static MemoryLimit none() {
    return NONE;
  }

  /**
   * A stated limit.
   *
   * @param bytes &gt; 0
   */
  public static MemoryLimit of(long bytes) {
    if (bytes <= 0) {
      throw new InvalidInputException(Problems.problem("memory limit", bytes, "> 0 bytes"));
    }
    return new MemoryLimit(bytes);
  }

  /** The limit in bytes; {@link Long#MAX_VALUE} if there is none, or the JVM cannot tell. */
  public long bytes() {
    if (stated > 0) {
      return stated;
    }
    return ManagementFactory.getOperatingSystemMXBean() instanceof OperatingSystemMXBean machine
        ? machine.getTotalMemorySize()
        : Long.MAX_VALUE;
  }

  /**
   * Refuses what does not fit.
   *
   * @param what takes the memory
   * @param bytes that it takes at least
   * @param cure what to change
   * @throws InsufficientMemoryException if it is more than the limit
   */
  public void require(String what, long bytes, String cure) {
    // Asking for the machine's memory takes a tenth of a second, and this much is a part of it.
    boolean small = stated == 0 && bytes <= Runtime.getRuntime().maxMemory();
    if (!small && bytes > bytes()) {
      throw new InsufficientMemoryException(
          Problems.problem(
              "memory of " + what,
              gigabytes(bytes) + " at least",
              "<= " + gigabytes(bytes()) + (stated == 0 ? ", the machine's; " : "; ") + cure));
    }
  }

  private static String gigabytes(long bytes) {
    return String.format(Locale.ROOT, "%.2f GB", bytes / 1e9);
  }

  /** The limit, without asking the machine. */
  @Override
  public String toString() {
    if (this == NONE) {
      return "MemoryLimit(none)";
    }
    return stated == 0 ? "MemoryLimit(machine)" : "MemoryLimit(" + gigabytes(stated) + ")";
  }
}
