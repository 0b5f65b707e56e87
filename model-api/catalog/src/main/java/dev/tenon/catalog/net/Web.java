package dev.tenon.catalog.net;

import dev.tenon.internal.Problems;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.hc.client5.http.DnsResolver;
import org.apache.hc.client5.http.SystemDefaultDnsResolver;
import org.apache.hc.client5.http.classic.methods.HttpUriRequestBase;
import org.apache.hc.client5.http.config.ConnectionConfig;
import org.apache.hc.client5.http.config.RequestConfig;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClients;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManager;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManagerBuilder;
import org.apache.hc.client5.http.routing.RoutingSupport;
import org.apache.hc.client5.http.ssl.DefaultClientTlsStrategy;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.http.HttpEntity;
import org.apache.hc.core5.http.HttpException;
import org.apache.hc.core5.http.io.entity.InputStreamEntity;
import org.apache.hc.core5.util.Timeout;

/**
 * A client of HTTP that opens what its {@link UrlPolicy} lets it. The addresses that the policy saw
 * are those that it connects to; each redirection is checked like a first URL; no cookie, no proxy,
 * no compression, no second try. Safe for threads; whoever opens it closes it.
 */
public final class Web implements AutoCloseable {
  private static final Timeout CONNECT = Timeout.ofSeconds(10);
  private static final Timeout IDLE = Timeout.ofSeconds(60);
  private static final int CONNECTIONS = 16;

  private final UrlPolicy policy;
  private final CloseableHttpClient client;

  private Web(UrlPolicy policy, Optional<Path> authorities) {
    this.policy = policy;
    PoolingHttpClientConnectionManager connections =
        PoolingHttpClientConnectionManagerBuilder.create()
            .setDnsResolver(new CheckedAddresses(policy))
            .setTlsSocketStrategy(new DefaultClientTlsStrategy(Authorities.context(authorities)))
            .setMaxConnPerRoute(CONNECTIONS)
            .setMaxConnTotal(CONNECTIONS)
            .setDefaultConnectionConfig(
                ConnectionConfig.custom().setConnectTimeout(CONNECT).setSocketTimeout(IDLE).build())
            .build();
    this.client =
        HttpClients.custom()
            .setConnectionManager(connections)
            .setDefaultRequestConfig(
                RequestConfig.custom()
                    .setResponseTimeout(IDLE)
                    .setProtocolUpgradeEnabled(false)
                    .build())
            .disableRedirectHandling()
            .disableAutomaticRetries()
            .disableAuthCaching()
            .disableCookieManagement()
            .disableContentCompression()
            .setUserAgent("tenon")
            .build();
  }

  /** A client that trusts the authorities of the JVM. */
  public static Web open(UrlPolicy policy) {
    return new Web(policy, Optional.empty());
  }

  /**
   * A client that trusts more authorities.
   *
   * @param pem certificates, as {@code SSL_CERT_FILE} names them, besides those of the JVM
   * @throws dev.tenon.error.InvalidInputException if the file holds none
   */
  public static Web open(UrlPolicy policy, Path pem) {
    return new Web(policy, Optional.of(pem));
  }

  /** What it may open. */
  public UrlPolicy policy() {
    return policy;
  }

  /**
   * Sends a request; the caller closes the answer, whatever its status is.
   *
   * @throws RefusedUrlException if the policy does not let it, also for a redirection
   * @throws TransferException if the server cannot be reached or answers no HTTP
   */
  public WebResponse send(WebRequest request) {
    long end = System.nanoTime() + request.within().toNanos();
    WebRequest next = request;
    while (true) {
      URI url = policy.check(next.url());
      WebResponse response = once(next, url, end);
      Optional<String> target = redirection(next, response);
      if (target.isEmpty()) {
        return response;
      }
      response.close();
      next = redirected(next, url, target.orElseThrow());
    }
  }

  private static Optional<String> redirection(WebRequest request, WebResponse response) {
    boolean redirects =
        switch (response.status()) {
          case 301, 302, 303, 307, 308 -> true;
          default -> false;
        };
    boolean reads = request.method().equals("GET") || request.method().equals("HEAD");
    return redirects && reads && request.redirects() > 0
        ? response.header("location")
        : Optional.empty();
  }

  private static WebRequest redirected(WebRequest request, URI from, String target) {
    try {
      URI to = from.resolve(target);
      boolean sameOrigin =
          to.getHost() != null && UrlPolicy.origin(from).equals(UrlPolicy.origin(to));
      return request.redirectedTo(to.toString(), sameOrigin);
    } catch (IllegalArgumentException e) {
      throw new RefusedUrlException(
          Problems.problem(
              "redirection of " + UrlPolicy.withoutSecrets(from), "no URL", "an https URL"));
    }
  }

  private WebResponse once(WebRequest request, URI url, long end) {
    String shown = UrlPolicy.withoutSecrets(url);
    HttpUriRequestBase sent = new HttpUriRequestBase(request.method(), url);
    request.headers().forEach(sent::setHeader);
    request.secrets().forEach(sent::setHeader);
    try {
      if (request.body().isPresent()) {
        sent.setEntity(new BodyEntity(request.body().get()));
      }
      ClassicHttpResponse answer =
          client.executeOpen(RoutingSupport.determineHost(sent), sent, null);
      return response(request, url, end, answer, sent::cancel);
    } catch (IOException | HttpException e) {
      if (e.getCause() instanceof RefusedUrlException refused) {
        throw refused;
      }
      throw new TransferException(Problems.problem(shown, causes(e), "an answer of the server"), e);
    }
  }

  private static String causes(Throwable thrown) {
    String text = thrown.getClass().getSimpleName() + " " + thrown.getMessage();
    return text.replaceAll("[?][^ ]*", "?…");
  }

  private static WebResponse response(
      WebRequest request, URI url, long end, ClassicHttpResponse answer, Runnable drop)
      throws IOException {
    Map<String, List<String>> headers = new LinkedHashMap<>();
    for (Header each : answer.getHeaders()) {
      headers.computeIfAbsent(each.getName(), x -> new ArrayList<>()).add(each.getValue());
    }
    HttpEntity entity = answer.getEntity();
    InputStream bytes = entity == null ? InputStream.nullInputStream() : entity.getContent();
    InputStream body =
        new LimitedBody(
            bytes, UrlPolicy.withoutSecrets(url), request.limit(), request.within(), end);
    Runnable closing = () -> close(answer, drop);
    return new WebResponse(url, answer.getCode(), headers, body, closing);
  }

  /** Closing alone would read the rest of a body, which may have no end. */
  private static void close(ClassicHttpResponse answer, Runnable drop) {
    drop.run();
    try {
      answer.close();
    } catch (IOException e) {
      // Nothing more was wanted of it.
      return;
    }
  }

  @Override
  public void close() {
    try {
      client.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Bytes that go out. */
  private static final class BodyEntity extends InputStreamEntity {
    BodyEntity(WebRequest.Body body) throws IOException {
      super(body.open(), body.length(), null);
    }
  }

  /** Lets only checked addresses be connected to. */
  private record CheckedAddresses(UrlPolicy policy) implements DnsResolver {
    @Override
    public InetAddress[] resolve(String host) throws UnknownHostException {
      InetAddress[] addresses = SystemDefaultDnsResolver.INSTANCE.resolve(host);
      check(host, addresses);
      return addresses;
    }

    @Override
    public List<InetSocketAddress> resolve(String host, int port) throws UnknownHostException {
      InetAddress[] addresses = SystemDefaultDnsResolver.INSTANCE.resolve(host);
      if (!policy.trusts(host, port)) {
        check(host, addresses);
      }
      List<InetSocketAddress> found = new ArrayList<>();
      for (InetAddress each : addresses) {
        found.add(new InetSocketAddress(each, port));
      }
      return found;
    }

    private static void check(String host, InetAddress[] addresses) throws UnknownHostException {
      try {
        for (InetAddress each : addresses) {
          UrlPolicy.checkAddress(host, each);
        }
      } catch (RefusedUrlException e) {
        UnknownHostException refused = new UnknownHostException(host);
        refused.initCause(e);
        throw refused;
      }
    }

    @Override
    public String resolveCanonicalHostname(String host) throws UnknownHostException {
      return SystemDefaultDnsResolver.INSTANCE.resolveCanonicalHostname(host);
    }
  }
}
