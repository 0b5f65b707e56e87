package dev.tenon.samples.quickstart;

import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;

/**
 * What the command line sets.
 *
 * @param data directory with train.jsonl, held-out.jsonl and model/
 * @param output directory to save into: new, empty, or from an earlier run
 * @param steps optimizer steps
 * @param seed of the weights and of the order of the data
 */
record Settings(Path data, Path output, long steps, long seed) {
  private static final Map<String, String> DEFAULTS =
      Map.of(
          "--data", "samples/quickstart/data",
          "--output", "target/quickstart-model",
          "--steps", "400",
          "--seed", "1");

  /** Reads {@code --name value} pairs; what is not named keeps its default. */
  static Settings parse(String... args) {
    Map<String, String> values = new TreeMap<>(DEFAULTS);
    for (int i = 0; i < args.length; i += 2) {
      if (!DEFAULTS.containsKey(args[i]) || i + 1 == args.length) {
        throw new IllegalArgumentException(
            args[i] + " (expected: " + String.join(" VALUE, ", DEFAULTS.keySet()) + " VALUE)");
      }
      values.put(args[i], args[i + 1]);
    }
    return new Settings(
        Path.of(values.get("--data")),
        Path.of(values.get("--output")),
        Long.parseLong(values.get("--steps")),
        Long.parseLong(values.get("--seed")));
  }
}
