package dev.tenon.benchmarks;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Wall and processor milliseconds of a section that is run again and again. With one thread the
 * processor's clock may be trusted even on a busy machine.
 */
final class Timings {
  private static final OperatingSystemMXBean SYSTEM =
      (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
  private static final Path STATUS = Path.of("/proc/self/status");

  private final List<Double> wall = new ArrayList<>();
  private final List<Double> cpu = new ArrayList<>();

  /** Runs and times one repetition. */
  void time(Runnable section) {
    long cpuStart = SYSTEM.getProcessCpuTime();
    long start = System.nanoTime();
    section.run();
    wall.add((System.nanoTime() - start) / 1e6);
    cpu.add((SYSTEM.getProcessCpuTime() - cpuStart) / 1e6);
  }

  /** What is left of each repetition after the other's best, in {@code parts} equal parts. */
  Timings less(Timings other, int parts) {
    Timings rest = new Timings();
    double wallBest = best(other.wall);
    double cpuBest = best(other.cpu);
    wall.forEach(x -> rest.wall.add(Math.max(0, x - wallBest) / parts));
    cpu.forEach(x -> rest.cpu.add(Math.max(0, x - cpuBest) / parts));
    return rest;
  }

  /** Each repetition as so many equal parts. */
  Timings divided(int parts) {
    Timings each = new Timings();
    wall.forEach(x -> each.wall.add(x / parts));
    cpu.forEach(x -> each.cpu.add(x / parts));
    return each;
  }

  /** As the peers print it: {@code {wall: {median, min, n}, cpu: …}}. */
  Map<String, Object> toMap() {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("wall", summary(wall));
    map.put("cpu", summary(cpu));
    return map;
  }

  private static Map<String, Object> summary(List<Double> values) {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("median", Statistics.round(Statistics.median(values)));
    map.put("min", Statistics.round(best(values)));
    map.put("n", values.size());
    return map;
  }

  private static double best(List<Double> values) {
    return values.stream().mapToDouble(x -> x).min().orElseThrow();
  }

  /** The most memory that this process ever held, MB; 0 where the system does not tell. */
  static long peakMegabytes() {
    return status("VmHWM") >> 20;
  }

  /**
   * A line of the system's about this process, bytes; 0 where the system does not tell.
   *
   * @param name VmHWM for the most resident memory so far, VmRSS for that of now
   */
  static long status(String name) {
    if (!Files.exists(STATUS)) {
      return 0;
    }
    try {
      return Files.readAllLines(STATUS).stream()
          .filter(line -> line.startsWith(name + ":"))
          .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) * 1024)
          .findAny()
          .orElse(0);
    } catch (IOException e) {
      return 0;
    }
  }
}
