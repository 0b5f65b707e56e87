package dev.tenon.catalog.source.git;

import dev.tenon.catalog.net.Web;
import dev.tenon.catalog.net.WebRequest;
import dev.tenon.catalog.net.WebResponse;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URL;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.net.ssl.HostnameVerifier;
import javax.net.ssl.KeyManager;
import javax.net.ssl.TrustManager;
import org.eclipse.jgit.transport.http.HttpConnection;
import org.jspecify.annotations.Nullable;

/**
 * One request of JGit, sent by our own client, so that the policy of URLs, the authorities and the
 * limits hold for git too. Long because the interface has many methods.
 */
final class WebConnection implements HttpConnection {
  private static final Duration LONGEST = Duration.ofDays(1);

  private final Web web;
  private final URL url;
  private final GitCredentials credentials;
  private final long limit;
  private final Map<String, String> headers = new LinkedHashMap<>();
  private final ByteArrayOutputStream body = new ByteArrayOutputStream();
  private String method = "GET";
  private boolean sends;
  private @Nullable WebResponse response;

  WebConnection(Web web, URL url, GitCredentials credentials, long limit) {
    this.web = web;
    this.url = url;
    this.credentials = credentials;
    this.limit = limit;
  }

  private WebResponse response() {
    WebResponse got = response;
    if (got == null) {
      got = web.send(request());
      response = got;
    }
    return got;
  }

  private WebRequest request() {
    WebRequest request = WebRequest.of(method, url.toString()).limits(limit, LONGEST);
    for (Map.Entry<String, String> each : headers.entrySet()) {
      request = request.header(each.getKey(), each.getValue());
    }
    Optional<String> authorization = credentials.forUrl(url.toString());
    if (authorization.isPresent()) {
      request = request.secret("Authorization", authorization.get());
    }
    if (sends) {
      request = request.body(WebRequest.Body.of(body.toByteArray()));
    }
    return request.withoutRedirects();
  }

  /** Drops what is left of the answer. */
  void close() {
    if (response != null) {
      response.close();
    }
  }

  @Override
  public int getResponseCode() {
    return response().status();
  }

  @Override
  public URL getURL() {
    return url;
  }

  @Override
  public String getResponseMessage() {
    return "HTTP " + response().status();
  }

  @Override
  public Map<String, List<String>> getHeaderFields() {
    return response().headers();
  }

  @Override
  public void setRequestProperty(String key, String value) {
    headers.put(key, value);
  }

  @Override
  public void setRequestMethod(String newMethod) {
    method = newMethod;
  }

  @Override
  public void setUseCaches(boolean use) {
    // There is none.
  }

  @Override
  public void setConnectTimeout(int millis) {
    // The client has its own.
  }

  @Override
  public void setReadTimeout(int millis) {
    // The client has its own.
  }

  @Override
  public @Nullable String getContentType() {
    return getHeaderField("content-type");
  }

  @Override
  public InputStream getInputStream() {
    return response().body();
  }

  @Override
  public @Nullable String getHeaderField(String name) {
    return response().header(name).orElse(null);
  }

  @Override
  public List<String> getHeaderFields(String name) {
    return response().headers().getOrDefault(name, List.of());
  }

  @Override
  public int getContentLength() {
    String length = response().header("content-length").orElse("-1");
    return length.matches("[0-9]{1,9}") ? Integer.parseInt(length) : -1;
  }

  @Override
  public void setInstanceFollowRedirects(boolean follow) {
    // JGit sees redirections itself, and each is checked.
  }

  @Override
  public void setDoOutput(boolean output) {
    sends = output;
  }

  @Override
  public void setFixedLengthStreamingMode(int length) {
    // Bodies are small: they are kept.
  }

  @Override
  public OutputStream getOutputStream() {
    sends = true;
    return body;
  }

  @Override
  public void setChunkedStreamingMode(int length) {
    // Bodies are small: they are kept.
  }

  @Override
  public String getRequestMethod() {
    return method;
  }

  @Override
  public boolean usingProxy() {
    return false;
  }

  @Override
  public void connect() throws IOException {
    response();
  }

  @Override
  public void configure(
      KeyManager @Nullable [] keys,
      TrustManager @Nullable [] trust,
      @Nullable SecureRandom random) {
    throw new IllegalStateException("certificates are the client's business");
  }

  @Override
  public void setHostnameVerifier(HostnameVerifier verifier) {
    throw new IllegalStateException("certificates are the client's business");
  }
}
