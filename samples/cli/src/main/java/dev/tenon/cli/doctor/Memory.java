package dev.tenon.cli.doctor;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;

/** The memory of the machine, or of the container, and of this JVM. */
final class Memory {
  private Memory() {}

  static String text() {
    String heap = mebibytes(Runtime.getRuntime().maxMemory()) + " heap at most";
    return ManagementFactory.getOperatingSystemMXBean() instanceof OperatingSystemMXBean machine
        ? mebibytes(machine.getTotalMemorySize())
            + " in all, "
            + mebibytes(machine.getFreeMemorySize())
            + " free, "
            + heap
        : heap;
  }

  private static String mebibytes(long bytes) {
    return (bytes >> 20) + " MiB";
  }
}
