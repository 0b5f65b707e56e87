package dev.tenon.catalog.internal.fetch;

import dev.tenon.catalog.net.WebResponse;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.Optional;

/**
 * By what a server knows that the rest of a file belongs to its start: a strong ETag, or a time of
 * change that was a minute old (RFC 9110, 8.8 and 13.1.5). Kept in a file beside the part.
 */
final class Validator {
  private static final Duration OLD = Duration.ofMinutes(1);
  private static final int LONGEST = 1024;

  private Validator() {}

  static Optional<String> of(WebResponse response) {
    Optional<String> strong =
        response.header("etag").filter(x -> x.startsWith("\"") && x.length() <= LONGEST);
    return strong.or(
        () ->
            response
                .header("last-modified")
                .filter(x -> isOld(x, response.header("date").orElse(""))));
  }

  private static boolean isOld(String modified, String now) {
    try {
      return !time(modified).plus(OLD).isAfter(time(now));
    } catch (DateTimeParseException e) {
      return false;
    }
  }

  private static ZonedDateTime time(String text) {
    return ZonedDateTime.parse(text, DateTimeFormatter.RFC_1123_DATE_TIME);
  }

  static Optional<String> read(Path part) throws IOException {
    Path file = beside(part);
    if (!Files.isRegularFile(file) || Files.size(file) > LONGEST) {
      return Optional.empty();
    }
    String text = Files.readString(file);
    return text.isBlank() || text.chars().anyMatch(x -> x < ' ')
        ? Optional.empty()
        : Optional.of(text);
  }

  static void write(Path part, Optional<String> validator) throws IOException {
    if (validator.isPresent()) {
      Files.writeString(beside(part), validator.get());
    } else {
      Files.deleteIfExists(beside(part));
    }
  }

  private static Path beside(Path part) {
    return part.resolveSibling(part.getFileName() + ".validator");
  }
}
