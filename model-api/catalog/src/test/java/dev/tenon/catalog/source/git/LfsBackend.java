package dev.tenon.catalog.source.git;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import dev.tenon.catalog.testing.TlsServer;
import dev.tenon.internal.FileTree;
import dev.tenon.internal.Json;
import dev.tenon.internal.JsonObject;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * A server of git LFS beside git's own: the batch API, and objects with ranges. Fields say what it
 * does wrong.
 */
public final class LfsBackend implements HttpHandler {
  private final HttpHandler git;
  final Map<String, byte[]> objects = new ConcurrentHashMap<>();
  final List<JsonObject> batches = new CopyOnWriteArrayList<>();
  final List<String> authorizations = new CopyOnWriteArrayList<>();

  /** Where objects are; empty: here. */
  volatile String objectsAt = "";

  volatile Map<String, String> header = Map.of();
  volatile int expiresIn = 3600;
  volatile HttpHandler download = this::object;

  public LfsBackend(Path root) {
    this.git = new GitBackend(root);
  }

  /** Keeps an object; gives its pointer. */
  public String pointer(byte[] content) {
    String oid = HexFormat.of().formatHex(FileTree.sha256().digest(content));
    objects.put(oid, content);
    return "version https://git-lfs.github.com/spec/v1\noid sha256:"
        + oid
        + "\nsize "
        + content.length
        + "\n";
  }

  @Override
  public void handle(HttpExchange exchange) throws IOException {
    String path = exchange.getRequestURI().getPath();
    if (path.endsWith("/objects/batch")) {
      batch(exchange);
    } else if (path.startsWith("/objects/")) {
      authorizations.add(String.valueOf(exchange.getRequestHeaders().getFirst("Authorization")));
      download.handle(exchange);
    } else {
      git.handle(exchange);
    }
  }

  void object(HttpExchange exchange) throws IOException {
    String path = exchange.getRequestURI().getPath();
    byte[] content = objects.get(path.substring(path.lastIndexOf('/') + 1));
    if (content == null) {
      exchange.sendResponseHeaders(404, -1);
    } else {
      TlsServer.send(exchange, content);
    }
  }

  private void batch(HttpExchange exchange) throws IOException {
    JsonObject request = Json.parseObject(exchange.getRequestBody().readAllBytes(), "batch");
    batches.add(request);
    String here = "https://" + exchange.getRequestHeaders().getFirst("Host");
    List<Object> answers = new ArrayList<>();
    for (JsonObject each : request.objects("objects")) {
      answers.add(answer(each, objectsAt.isEmpty() ? here : objectsAt));
    }
    Map<String, Object> answer = Map.of("transfer", "basic", "objects", answers);
    byte[] body = Json.compact(answer).getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().set("Content-Type", "application/vnd.git-lfs+json");
    exchange.sendResponseHeaders(200, body.length);
    exchange.getResponseBody().write(body);
  }

  private Map<String, Object> answer(JsonObject object, String base) {
    String oid = object.string("oid");
    Map<String, Object> answer = new LinkedHashMap<>();
    answer.put("oid", oid);
    answer.put("size", object.integer("size"));
    if (objects.containsKey(oid)) {
      Map<String, Object> action =
          Map.of("href", base + "/objects/" + oid, "header", header, "expires_in", expiresIn);
      answer.put("actions", Map.of("download", action));
    } else {
      answer.put("error", Map.of("code", 404, "message", "Object does not exist"));
    }
    return answer;
  }
}
