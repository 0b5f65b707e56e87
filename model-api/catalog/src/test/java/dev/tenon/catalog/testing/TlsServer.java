package dev.tenon.catalog.testing;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import dev.tenon.catalog.net.UrlPolicy;
import dev.tenon.catalog.net.Web;
import dev.tenon.internal.FileTree;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A server of https on the loopback interface, whose certificate an authority of our own signed.
 * Safe for threads; whoever starts it closes it.
 */
public final class TlsServer implements AutoCloseable {

  private final HttpsServer server;
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final List<String> requests = new CopyOnWriteArrayList<>();
  private final AtomicLong bytes = new AtomicLong();
  private final Web web;

  private TlsServer(HttpsServer server, HttpHandler handler) {
    this.server = server;
    server.setHttpsConfigurator(new HttpsConfigurator(TestAuthority.context()));
    server.setExecutor(threads);
    server.createContext("/", exchange -> handle(exchange, handler));
    server.start();
    this.web = Web.open(policy(), authority());
  }

  /** Starts one on a free port. */
  public static TlsServer start(HttpHandler handler) {
    try {
      InetSocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
      return new TlsServer(HttpsServer.create(address, 0), handler);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void handle(HttpExchange exchange, HttpHandler handler) throws IOException {
    requests.add(exchange.getRequestMethod() + " " + exchange.getRequestURI());
    exchange.setStreams(null, new Counting(exchange.getResponseBody(), bytes));
    try {
      handler.handle(exchange);
    } finally {
      exchange.close();
    }
  }

  /** A file with the certificate that it is verified by, in PEM. */
  public static Path authority() {
    return TestAuthority.pem();
  }

  /** The URL of a path, by name. */
  public String url(String path) {
    return origin() + path;
  }

  /** Scheme, name and port. */
  public String origin() {
    return "https://localhost:" + server.getAddress().getPort();
  }

  /** The public internet and this server. */
  public UrlPolicy policy() {
    return UrlPolicy.PUBLIC.trusting(origin());
  }

  /** A client that may ask this server; closed with it. */
  public Web web() {
    return web;
  }

  /** Method and path of all requests so far. */
  public List<String> requests() {
    return List.copyOf(requests);
  }

  /** Bytes of bodies that handlers have written so far. */
  public long bytesServed() {
    return bytes.get();
  }

  @Override
  public void close() {
    web.close();
    server.stop(0);
    threads.shutdownNow();
  }

  /** Serves files by path, with strong ETags and ranges. */
  public static HttpHandler files(Map<String, byte[]> files) {
    return exchange -> {
      byte[] content = files.get(exchange.getRequestURI().getPath());
      if (content == null) {
        exchange.sendResponseHeaders(404, -1);
      } else {
        send(exchange, content);
      }
    };
  }

  /** Answers GET or HEAD with a file: its range if one is asked for and If-Range holds. */
  public static void send(HttpExchange exchange, byte[] content) throws IOException {
    String etag = '"' + HexFormat.of().formatHex(FileTree.sha256().digest(content)) + '"';
    exchange.getResponseHeaders().set("ETag", etag);
    exchange.getResponseHeaders().set("Accept-Ranges", "bytes");
    String range = exchange.getRequestHeaders().getFirst("Range");
    String condition = exchange.getRequestHeaders().getFirst("If-Range");
    boolean part = range != null && (condition == null || condition.equals(etag));
    int start = part ? Integer.parseInt(range.replaceAll("bytes=([0-9]+)-.*", "$1")) : 0;
    if (part && start >= content.length) {
      exchange.getResponseHeaders().set("Content-Range", "bytes */" + content.length);
      exchange.sendResponseHeaders(416, -1);
      return;
    }
    if (part) {
      String sent = "bytes " + start + "-" + (content.length - 1) + "/" + content.length;
      exchange.getResponseHeaders().set("Content-Range", sent);
    }
    boolean head = exchange.getRequestMethod().equals("HEAD");
    int length = content.length - start;
    if (head) {
      exchange.getResponseHeaders().set("Content-Length", String.valueOf(length));
    }
    exchange.sendResponseHeaders(part ? 206 : 200, head || length == 0 ? -1 : length);
    if (!head) {
      exchange.getResponseBody().write(content, start, length);
    }
  }
}
