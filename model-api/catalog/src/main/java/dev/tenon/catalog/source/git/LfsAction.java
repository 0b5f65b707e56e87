package dev.tenon.catalog.source.git;

import dev.tenon.catalog.net.WebRequest;
import dev.tenon.error.InvalidInputException;
import dev.tenon.internal.JsonObject;
import dev.tenon.internal.Problems;
import java.net.URI;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * How an object is downloaded.
 *
 * @param href where it is
 * @param headers that its server wants, secrets among them
 * @param expires when it must be asked for again
 */
record LfsAction(String href, Map<String, String> headers, Optional<Instant> expires) {
  private static final Duration SOON = Duration.ofSeconds(10);
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9!#$%&'*+.^_`|~-]{1,128}");
  private static final Set<String> OURS =
      Set.of("host", "range", "if-range", "content-length", "transfer-encoding", "connection");

  /** Reads the action of an answer that came now. */
  static LfsAction of(JsonObject action) {
    String href = action.string("href");
    try {
      URI.create(href);
    } catch (IllegalArgumentException e) {
      throw new InvalidInputException(Problems.problem("LFS href", "no URL", "an https URL"), e);
    }
    Map<String, String> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    action.findObject("header").ifPresent(x -> x.keys().forEach(name -> add(headers, x, name)));
    return new LfsAction(href, headers, expires(action));
  }

  private static void add(Map<String, String> headers, JsonObject given, String name) {
    String value = given.string(name);
    boolean plain =
        NAME.matcher(name).matches() && value.chars().allMatch(x -> x >= ' ' && x < 127);
    if (!plain || OURS.contains(name.toLowerCase(Locale.ROOT))) {
      throw new InvalidInputException(
          Problems.problem("LFS header", name.replaceAll("\\p{C}", "?"), "one of a download"));
    }
    headers.put(name, value);
  }

  private static Optional<Instant> expires(JsonObject action) {
    if (action.findInteger("expires_in").isPresent()) {
      long seconds = action.integer("expires_in");
      long most = Duration.ofDays(365).toSeconds();
      return Optional.of(Instant.now().plusSeconds(Math.max(-most, Math.min(seconds, most))));
    }
    try {
      return action.findString("expires_at").map(x -> OffsetDateTime.parse(x).toInstant());
    } catch (DateTimeException e) {
      throw action.problem("expires_at", "a time as 2030-01-01T00:00:00Z");
    }
  }

  boolean isOver() {
    return expires.isPresent() && Instant.now().plus(SOON).isAfter(expires.get());
  }

  /**
   * The request; our own authorization only where the repository's server itself has the object.
   */
  WebRequest request(GitCredentials credentials) {
    WebRequest request = WebRequest.get(href);
    for (Map.Entry<String, String> each : headers.entrySet()) {
      request = request.secret(each.getKey(), each.getValue());
    }
    Optional<String> own =
        headers.containsKey("Authorization") ? Optional.empty() : credentials.forUrl(href);
    return own.isPresent() ? request.secret("Authorization", own.get()) : request;
  }

  /** Without what may be secret. */
  @Override
  public String toString() {
    return "LfsAction[" + href.replaceFirst("[?#].*", "") + "]";
  }
}
