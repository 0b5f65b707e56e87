package dev.tenon.catalog.net;

import java.io.InputStream;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * An answer, whose body is read once. Closing it before the end drops the connection. For one
 * thread at a time.
 */
public final class WebResponse implements AutoCloseable {
  private final URI url;
  private final int status;
  private final Map<String, List<String>> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
  private final InputStream body;
  private final Runnable closing;

  WebResponse(
      URI url, int status, Map<String, List<String>> headers, InputStream body, Runnable closing) {
    this.url = url;
    this.status = status;
    this.headers.putAll(headers);
    this.body = body;
    this.closing = closing;
  }

  /** Where the answer came from, after redirections. */
  public URI url() {
    return url;
  }

  /** The status of HTTP. */
  public int status() {
    return status;
  }

  /** The first header of this name, in any case. */
  public Optional<String> header(String name) {
    return Optional.ofNullable(headers.get(name)).map(x -> x.get(0));
  }

  /** All headers. */
  public Map<String, List<String>> headers() {
    return headers;
  }

  /**
   * The body. Reading throws {@link TransferException} past the request's limits, and when the
   * connection breaks.
   */
  public InputStream body() {
    return body;
  }

  /**
   * The answer itself if it is one of these.
   *
   * @throws TransferException if it is another; it is closed
   */
  public WebResponse expect(int... statuses) {
    for (int each : statuses) {
      if (each == status) {
        return this;
      }
    }
    close();
    String shown = UrlPolicy.withoutSecrets(url);
    throw new TransferException(
        shown + ": HTTP " + status + " (expected: " + list(statuses) + ")", status);
  }

  private static String list(int... statuses) {
    StringBuilder text = new StringBuilder();
    for (int each : statuses) {
      text.append(text.length() == 0 ? "" : " or ").append(each);
    }
    return text.toString();
  }

  @Override
  public void close() {
    closing.run();
  }
}
