package dev.tenon.catalog.net;

import dev.tenon.internal.Problems;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What is asked of a server. Immutable.
 *
 * @param method of HTTP
 * @param url which {@link UrlPolicy} checks when it is sent
 * @param headers sent to whoever answers
 * @param secrets headers that only the origin of {@code url} gets, not where it redirects to
 * @param body what is sent along
 * @param limit most bytes of an answer's body
 * @param within longest time until its last byte
 * @param redirects how many are followed, for GET and HEAD
 */
public record WebRequest(
    String method,
    String url,
    Map<String, String> headers,
    Map<String, String> secrets,
    Optional<Body> body,
    long limit,
    Duration within,
    int redirects) {
  /** Most bytes of an answer that is no download: 16 MiB. */
  public static final long ANSWER = 16L << 20;

  private static final Duration SOON = Duration.ofMinutes(2);
  private static final int REDIRECTS = 5;

  /** Checks and copies. */
  public WebRequest {
    headers = Collections.unmodifiableMap(new LinkedHashMap<>(headers));
    secrets = Collections.unmodifiableMap(new LinkedHashMap<>(secrets));
    if (limit < 0 || redirects < 0) {
      throw new IllegalArgumentException(
          Problems.problem("limit, redirects", limit + ", " + redirects, "not negative"));
    }
  }

  /** Bytes that are sent, from the start each time. */
  public interface Body {
    /** How many. */
    long length();

    /** A stream of them. */
    InputStream open() throws IOException;

    /** Bytes in memory. */
    static Body of(byte[] bytes) {
      byte[] copy = bytes.clone();
      return new Body() {
        @Override
        public long length() {
          return copy.length;
        }

        @Override
        public InputStream open() {
          return new ByteArrayInputStream(copy);
        }
      };
    }
  }

  /** A request for a short answer: at most 16 MiB, two minutes, five redirects. */
  public static WebRequest of(String method, String url) {
    return new WebRequest(
        method, url, Map.of(), Map.of(), Optional.empty(), ANSWER, SOON, REDIRECTS);
  }

  /** {@link #of} with GET. */
  public static WebRequest get(String url) {
    return of("GET", url);
  }

  /** With one more header. */
  public WebRequest header(String name, String value) {
    return new WebRequest(
        method, url, and(headers, name, value), secrets, body, limit, within, redirects);
  }

  /** With one more header that is not sent on to another origin. */
  public WebRequest secret(String name, String value) {
    return new WebRequest(
        method, url, headers, and(secrets, name, value), body, limit, within, redirects);
  }

  /** With a body. */
  public WebRequest body(Body sent) {
    return new WebRequest(
        method, url, headers, secrets, Optional.of(sent), limit, within, redirects);
  }

  /** For an answer of at most this many bytes, within this time. */
  public WebRequest limits(long bytes, Duration time) {
    return new WebRequest(method, url, headers, secrets, body, bytes, time, redirects);
  }

  /** Gives a redirection as the answer. */
  public WebRequest withoutRedirects() {
    return new WebRequest(method, url, headers, secrets, body, limit, within, 0);
  }

  /** Where a redirection leads: the same without what was meant for the first origin. */
  WebRequest redirectedTo(String target, boolean sameOrigin) {
    return new WebRequest(
        method,
        target,
        headers,
        sameOrigin ? secrets : Map.of(),
        body,
        limit,
        within,
        redirects - 1);
  }

  private static Map<String, String> and(Map<String, String> map, String name, String value) {
    Map<String, String> more = new LinkedHashMap<>(map);
    more.put(name, value);
    return more;
  }

  /** Method and URL, without what may be secret. */
  @Override
  public String toString() {
    return method + " " + url.replaceFirst("[?#].*", "");
  }
}
