package dev.tenon.nn.checkpoint;

import dev.tenon.error.CheckpointException;
import dev.tenon.internal.Problems;
import dev.tenon.nn.config.ConfigFile;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Checks the ids that end a sequence: generation would never stop at an id that the model cannot
 * produce.
 */
final class EndTokens {
  private static final String KEY = "eos_token_id";

  private EndTokens() {}

  /**
   * Checks generation_config.json, or config.json where that one says nothing.
   *
   * @throws CheckpointException naming the file and the key
   */
  static void check(Path directory, ConfigFile config, int vocabSize) {
    Optional<ConfigFile> generation =
        ConfigFile.readIfPresent(directory.resolve("generation_config.json"));
    ConfigFile file = generation.filter(x -> x.values().get(KEY) != null).orElse(config);
    Object value = file.values().get(KEY);
    List<?> ids = value == null ? List.of() : value instanceof List<?> list ? list : List.of(value);
    for (Object id : ids) {
      boolean inside =
          id instanceof Number number
              && number.doubleValue() >= 0
              && number.doubleValue() < vocabSize;
      if (!inside) {
        throw new CheckpointException(
            Problems.problem(file.file() + ": " + KEY, value, "ids below vocab_size " + vocabSize));
      }
    }
  }
}
