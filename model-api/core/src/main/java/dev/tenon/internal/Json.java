package dev.tenon.internal;

import dev.tenon.error.InvalidInputException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * JSON text to values and back: the only reader of JSON, strict and limited, for every text comes
 * from outside. Rejected are malformed UTF-8, a byte order mark, anything but one value, duplicate
 * keys, NaN and infinities, half surrogate pairs, and whatever RFC 8259 does not allow. Values are
 * {@code LinkedHashMap<String, Object>}, {@code List<Object>}, {@code String}, {@code Boolean},
 * {@link JsonNumber} and null. Safe for threads.
 */
public final class Json {
  /** For files that people and tools write: 64 MiB, 64 levels. */
  public static final Limits DEFAULT_LIMITS = new Limits(64L << 20, 64);

  private Json() {}

  /**
   * What a text may have at most.
   *
   * @param bytes its size
   * @param depth nested arrays and objects
   */
  public record Limits(long bytes, int depth) {}

  /**
   * Reads one value.
   *
   * @param source the name of the text in messages
   * @throws JsonException naming source, line, column and path
   */
  public static @Nullable Object parse(byte[] utf8, String source, Limits limits) {
    if (utf8.length > limits.bytes()) {
      throw tooLarge(source, utf8.length, limits);
    }
    return new StrictParser(utf8, source, limits.depth()).parse();
  }

  /** Reads one value within the default limits. */
  public static @Nullable Object parse(byte[] utf8, String source) {
    return parse(utf8, source, DEFAULT_LIMITS);
  }

  /** Reads one object within the default limits. */
  public static JsonObject parseObject(byte[] utf8, String source) {
    return JsonObject.of(source, parse(utf8, source));
  }

  /**
   * Reads a file that holds one object, within the default limits.
   *
   * @throws InvalidInputException naming the file, also if it is missing
   */
  public static JsonObject readObject(Path file) {
    return readObject(file, DEFAULT_LIMITS);
  }

  /** Reads a file that holds one object. */
  public static JsonObject readObject(Path file, Limits limits) {
    String source = String.valueOf(file.getFileName());
    return JsonObject.of(source, parse(bytes(file, source, limits), source, limits));
  }

  private static byte[] bytes(Path file, String source, Limits limits) {
    try (InputStream in = Files.newInputStream(file)) {
      byte[] bytes = in.readNBytes((int) Math.min(limits.bytes() + 1, Integer.MAX_VALUE - 8));
      if (bytes.length > limits.bytes()) {
        throw tooLarge(source, Files.size(file), limits);
      }
      return bytes;
    } catch (NoSuchFileException e) {
      throw new InvalidInputException(Problems.problem(source, "missing", "a file at " + file), e);
    } catch (IOException e) {
      throw new InvalidInputException(
          Problems.problem(source, e.getMessage(), "a readable file at " + file), e);
    }
  }

  private static JsonException tooLarge(String source, long bytes, Limits limits) {
    return new JsonException(
        Problems.problem(source, bytes + " bytes", "at most " + limits.bytes()), limits.bytes());
  }

  /** One line without spaces. */
  public static String compact(@Nullable Object value) {
    return JsonText.compact(value);
  }

  /**
   * Indented by two spaces, with a newline at the end, as HuggingFace writes its files; keys keep
   * their order.
   */
  public static String pretty(@Nullable Object value) {
    return JsonText.pretty(value) + "\n";
  }

  /** {@link #pretty} as UTF-8. */
  public static byte[] prettyBytes(@Nullable Object value) {
    return pretty(value).getBytes(StandardCharsets.UTF_8);
  }
}
