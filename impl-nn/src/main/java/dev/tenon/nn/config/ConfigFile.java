package dev.tenon.nn.config;

import dev.tenon.error.CheckpointException;
import dev.tenon.error.InvalidInputException;
import dev.tenon.internal.Json;
import dev.tenon.internal.JsonObject;
import dev.tenon.internal.Problems;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A JSON file with an object on top: its text, kept as it is, and its values.
 *
 * @param file its name, for messages
 * @param text its text
 * @param values its keys in order, as {@link Json#parse} gives them; not to be written to
 */
public record ConfigFile(String file, String text, Map<String, @Nullable Object> values) {
  /** A vocabulary of a million tokens takes a tenth of it. */
  private static final Json.Limits LIMITS = new Json.Limits(256L << 20, 64);

  /**
   * Reads a file.
   *
   * @throws CheckpointException if it is missing, too long, not UTF-8 or no strict JSON object
   */
  public static ConfigFile read(Path file) {
    return readIfPresent(file)
        .orElseThrow(
            () -> new CheckpointException(Problems.problem(file.toString(), "missing", "a file")));
  }

  /** Reads a file if it exists. */
  public static Optional<ConfigFile> readIfPresent(Path file) {
    return Files.exists(file) ? Optional.of(of(file.toString(), bytes(file))) : Optional.empty();
  }

  /**
   * A file from its text.
   *
   * @throws CheckpointException if it is no strict JSON object
   */
  public static ConfigFile of(String file, String text) {
    return of(file, text.getBytes(StandardCharsets.UTF_8));
  }

  private static ConfigFile of(String file, byte[] bytes) {
    try {
      JsonObject object = JsonObject.of(file, Json.parse(bytes, file, LIMITS));
      return new ConfigFile(file, new String(bytes, StandardCharsets.UTF_8), object.toMap());
    } catch (InvalidInputException e) {
      throw new CheckpointException(String.valueOf(e.getMessage()), e);
    }
  }

  private static byte[] bytes(Path file) {
    try {
      long size = Files.size(file);
      if (size > LIMITS.bytes()) {
        throw new CheckpointException(
            Problems.problem(file.toString(), size + " bytes", "at most " + LIMITS.bytes()));
      }
      return Files.readAllBytes(file);
    } catch (IOException e) {
      throw new CheckpointException(
          Problems.problem(file.toString(), e.getMessage(), "a readable file"), e);
    }
  }

  /** Typed access to the keys. */
  public ConfigReader reader() {
    return new ConfigReader(file, values);
  }
}
