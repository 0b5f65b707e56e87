package dev.tenon.catalog.source.hub;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;
import dev.tenon.catalog.testing.TlsServer;
import dev.tenon.internal.FileTree;
import dev.tenon.internal.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A hub with one repository, {@code owner/heron}, that speaks the protocol of the real one. Large
 * files, *.safetensors and *.bin, are sent to another origin.
 */
public final class FakeHub implements HttpHandler {
  static final String COMMIT = "0123456789abcdef0123456789abcdef01234567";
  public static final String REPO = "owner/heron";

  public final Map<String, byte[]> files = new TreeMap<>();
  public final List<String> withAuthorization = new CopyOnWriteArrayList<>();

  /** Method and path of all files that were asked for. */
  public final List<String> resolved = new CopyOnWriteArrayList<>();

  /** Answers of resolve and api by this status and code instead. */
  int refusal;

  String refusalCode = "";

  /** Whether the listing tells sizes and digests. */
  boolean listsBlobs = true;

  /** Which token is asked for, if any. */
  public String token = "";

  /** Contents of the other origin that are not those of the repository. */
  final Map<String, byte[]> served = new TreeMap<>();

  /** The same for files that the hub sends itself. */
  final Map<String, byte[]> wrong = new TreeMap<>();

  /** So many answers of the other origin break half way. */
  public final AtomicInteger broken = new AtomicInteger();

  /** Where large files are: by another name of the host, for Python follows what stays on one. */
  String cdn = "";

  /** The hub over https, with its other origin. */
  public static final class Tls implements AutoCloseable {
    public final FakeHub hub = new FakeHub();
    public final TlsServer cdn = TlsServer.start(hub::large);
    public final TlsServer server = TlsServer.start(hub);

    public Tls() {
      hub.cdn = cdn.origin();
    }

    @Override
    public void close() {
      server.close();
      cdn.close();
    }
  }

  /** The hub over http, as Python is pointed to it; closed by the caller. */
  static HttpServer plain(FakeHub hub) {
    try {
      HttpServer server =
          HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
      server.setExecutor(Executors.newCachedThreadPool());
      server.createContext("/", hub.closing(hub));
      server.createContext("/cdn/", hub.closing(hub::large));
      server.start();
      hub.cdn = "http://localhost:" + server.getAddress().getPort();
      return server;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private HttpHandler closing(HttpHandler handler) {
    return exchange -> {
      try (exchange) {
        handler.handle(exchange);
      }
    };
  }

  static boolean isLarge(String path) {
    return path.endsWith(".safetensors") || path.endsWith(".bin");
  }

  static String sha256(byte[] content) {
    return HexFormat.of().formatHex(FileTree.sha256().digest(content));
  }

  static String gitBlob(byte[] content) {
    try {
      MessageDigest sha1 = MessageDigest.getInstance("SHA-1");
      sha1.update(("blob " + content.length + "\0").getBytes(StandardCharsets.US_ASCII));
      return HexFormat.of().formatHex(sha1.digest(content));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  String etag(String path) {
    return isLarge(path) ? sha256(files.get(path)) : gitBlob(files.get(path));
  }

  @Override
  public void handle(HttpExchange exchange) throws IOException {
    String path = exchange.getRequestURI().getPath();
    String authorization = exchange.getRequestHeaders().getFirst("Authorization");
    if (authorization != null) {
      withAuthorization.add(path);
    }
    exchange.getResponseHeaders().set("X-Repo-Commit", COMMIT);
    if (refusal != 0 || !("Bearer " + token).equals(token.isEmpty() ? "Bearer " : authorization)) {
      refuse(exchange, refusal == 0 ? 401 : refusal, refusalCode);
    } else if (path.startsWith("/api/models/" + REPO + "/revision/")) {
      revision(exchange, path.substring(path.lastIndexOf("/revision/") + 10));
    } else if (path.startsWith("/api/models/" + REPO + "/tree/")) {
      json(exchange, tree());
    } else if (path.startsWith("/" + REPO + "/resolve/")) {
      resolve(exchange, path.replaceFirst("/" + REPO + "/resolve/[^/]+/", ""));
    } else {
      refuse(exchange, 401, "RepoNotFound");
    }
  }

  private static void refuse(HttpExchange exchange, int status, String code) throws IOException {
    if (!code.isEmpty()) {
      exchange.getResponseHeaders().set("X-Error-Code", code);
    }
    exchange.sendResponseHeaders(status, -1);
  }

  private void revision(HttpExchange exchange, String raw) throws IOException {
    String revision = URLDecoder.decode(raw, StandardCharsets.UTF_8);
    if (!List.of("main", "v1", "feature/x", COMMIT).contains(revision)) {
      refuse(exchange, 404, "RevisionNotFound");
      return;
    }
    boolean blobs = listsBlobs && String.valueOf(exchange.getRequestURI()).contains("blobs=true");
    List<Object> siblings = new ArrayList<>();
    for (String path : files.keySet()) {
      siblings.add(blobs ? described(path, "rfilename", "blobId") : Map.of("rfilename", path));
    }
    json(exchange, Map.of("id", REPO, "sha", COMMIT, "siblings", siblings));
  }

  private Map<String, Object> described(String path, String name, String oid) {
    byte[] content = files.get(path);
    Map<String, Object> file = new LinkedHashMap<>(Map.of(name, path, "size", content.length));
    file.put(oid, gitBlob(content));
    if (isLarge(path)) {
      String key = oid.equals("oid") ? "oid" : "sha256";
      file.put("lfs", Map.of(key, sha256(content), "size", content.length, "pointerSize", 134));
    }
    return file;
  }

  private List<Object> tree() {
    List<Object> all = new ArrayList<>();
    for (String path : files.keySet()) {
      Map<String, Object> file = described(path, "path", "oid");
      file.put("type", "file");
      all.add(file);
    }
    return all;
  }

  private static void json(HttpExchange exchange, Object value) throws IOException {
    byte[] text = Json.compact(value).getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().set("Content-Type", "application/json");
    exchange.sendResponseHeaders(200, text.length);
    exchange.getResponseBody().write(text);
  }

  private void resolve(HttpExchange exchange, String path) throws IOException {
    byte[] content = files.get(path);
    resolved.add(exchange.getRequestMethod() + " " + path);
    if (content == null) {
      refuse(exchange, 404, "EntryNotFound");
    } else if (isLarge(path)) {
      exchange.getResponseHeaders().set("X-Linked-Etag", '"' + etag(path) + '"');
      exchange.getResponseHeaders().set("X-Linked-Size", String.valueOf(content.length));
      exchange.getResponseHeaders().set("Location", cdn + "/cdn/" + path + "?signature=s3cr3t");
      exchange.sendResponseHeaders(302, -1);
    } else {
      small(exchange, path, wrong.getOrDefault(path, content));
    }
  }

  private void small(HttpExchange exchange, String path, byte[] content) throws IOException {
    exchange.getResponseHeaders().set("ETag", '"' + etag(path) + '"');
    boolean head = exchange.getRequestMethod().equals("HEAD");
    if (head) {
      exchange.getResponseHeaders().set("Content-Length", String.valueOf(content.length));
    }
    exchange.sendResponseHeaders(200, head || content.length == 0 ? -1 : content.length);
    if (!head) {
      exchange.getResponseBody().write(content);
    }
  }

  private void large(HttpExchange exchange) throws IOException {
    if (exchange.getRequestHeaders().containsKey("Authorization")) {
      withAuthorization.add("cdn");
    }
    String path = exchange.getRequestURI().getPath().replaceFirst("/cdn/", "");
    resolved.add(exchange.getRequestMethod() + " cdn/" + path);
    byte[] content = served.getOrDefault(path, files.get(path));
    if (broken.getAndUpdate(x -> Math.max(0, x - 1)) > 0) {
      exchange.getResponseHeaders().set("ETag", "\"" + sha256(content) + "\"");
      exchange.sendResponseHeaders(200, content.length);
      exchange.getResponseBody().write(content, 0, content.length / 2);
      exchange.getResponseBody().flush();
      throw new IOException("the connection breaks here");
    }
    TlsServer.send(exchange, content);
  }
}
