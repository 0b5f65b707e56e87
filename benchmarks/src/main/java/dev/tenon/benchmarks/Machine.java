package dev.tenon.benchmarks;

import ai.djl.pytorch.jni.LibUtils;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Where and with what a comparison ran. */
final class Machine {
  private static final Path CPUINFO = Path.of("/proc/cpuinfo");

  private Machine() {}

  /** Commit, processor, versions. */
  static Map<String, Object> describe() {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("commit", commit());
    map.put("processor", processor());
    map.put("cores", Runtime.getRuntime().availableProcessors());
    map.put("system", System.getProperty("os.name") + " " + System.getProperty("os.version"));
    map.put("java", System.getProperty("java.vm.name") + " " + Runtime.version());
    return map;
  }

  /** Ours and libtorch's, once an engine has been opened. */
  static String ourVersion() {
    return "0.1.0/libtorch " + LibUtils.getVersion();
  }

  /** Processes that wanted a core over the last minute; negative where the system does not tell. */
  static double load() {
    return Statistics.round(ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage());
  }

  private static String processor() {
    try {
      return Files.readAllLines(CPUINFO).stream()
          .filter(line -> line.startsWith("model name"))
          .map(line -> line.substring(line.indexOf(':') + 1).strip())
          .findFirst()
          .orElse(System.getProperty("os.arch"));
    } catch (IOException e) {
      return System.getProperty("os.arch");
    }
  }

  private static String commit() {
    String commit = output("git", "rev-parse", "--short", "HEAD");
    return output("git", "status", "--porcelain", "-uno").isEmpty()
        ? commit
        : commit + ", with changes";
  }

  private static String output(String... command) {
    try {
      Process process =
          new ProcessBuilder(List.of(command))
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
      String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      return process.waitFor() == 0 ? text.strip() : "unknown";
    } catch (IOException e) {
      return "unknown";
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return "unknown";
    }
  }
}
