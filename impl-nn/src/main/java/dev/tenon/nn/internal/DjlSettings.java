package dev.tenon.nn.internal;

import java.util.Map;

/**
 * The system properties that keep DJL offline, silent and, for the tokenizers, on the CPU library,
 * and that name a directory for native libraries where DJL's own choice cannot be written. They are
 * read when DJL's classes load, so {@link #apply} comes before the first use of any. Safe for
 * threads.
 */
public final class DjlSettings {
  /** Property, the environment variable that DJL prefers to it, value. */
  private static final Map<String, Setting> SETTINGS =
      Map.of(
          "ai.djl.offline", new Setting("DJL_OFFLINE", "true"),
          "OPT_OUT_TRACKING", new Setting("OPT_OUT_TRACKING", "true"),
          "RUST_FLAVOR", new Setting("RUST_FLAVOR", "cpu"));

  private DjlSettings() {}

  /** Sets each property that the host has set neither as a property nor in the environment. */
  public static synchronized void apply() {
    SETTINGS.forEach(
        (property, setting) -> {
          if (System.getProperty(property) == null && System.getenv(setting.variable()) == null) {
            System.setProperty(property, setting.value());
          }
        });
    NativesCache.replacement()
        .ifPresent(x -> System.setProperty(NativesCache.PROPERTY, x.toString()));
  }

  private record Setting(String variable, String value) {}
}
