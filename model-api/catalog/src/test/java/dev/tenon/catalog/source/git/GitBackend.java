package dev.tenon.catalog.source.git;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/** Serves repositories by {@code git http-backend}, as a CGI program (RFC 3875). */
final class GitBackend implements HttpHandler {
  private final Path root;

  GitBackend(Path root) {
    this.root = root;
  }

  @Override
  public void handle(HttpExchange exchange) throws IOException {
    ProcessBuilder builder = new ProcessBuilder("git", "http-backend");
    Map<String, String> environment = builder.environment();
    environment.put("GIT_PROJECT_ROOT", root.toString());
    environment.put("GIT_HTTP_EXPORT_ALL", "1");
    environment.put("GIT_CONFIG_NOSYSTEM", "1");
    environment.put("HOME", root.toString());
    environment.put("PATH_INFO", exchange.getRequestURI().getPath());
    environment.put(
        "QUERY_STRING", Optional.ofNullable(exchange.getRequestURI().getRawQuery()).orElse(""));
    environment.put("REQUEST_METHOD", exchange.getRequestMethod());
    Headers headers = exchange.getRequestHeaders();
    put(environment, "CONTENT_TYPE", headers.getFirst("Content-Type"));
    put(environment, "HTTP_CONTENT_ENCODING", headers.getFirst("Content-Encoding"));
    put(environment, "GIT_PROTOCOL", headers.getFirst("Git-Protocol"));
    byte[] body = exchange.getRequestBody().readAllBytes();
    environment.put("CONTENT_LENGTH", String.valueOf(body.length));
    Process process = builder.redirectError(ProcessBuilder.Redirect.DISCARD).start();
    try (OutputStream out = process.getOutputStream()) {
      out.write(body);
    }
    try (InputStream in = new BufferedInputStream(process.getInputStream())) {
      answer(exchange, in);
    } finally {
      process.destroy();
    }
  }

  private static void put(Map<String, String> environment, String name, String value) {
    if (value != null) {
      environment.put(name, value);
    }
  }

  private static void answer(HttpExchange exchange, InputStream in) throws IOException {
    int status = 200;
    for (String line = line(in); !line.isEmpty(); line = line(in)) {
      int colon = line.indexOf(':');
      String name = line.substring(0, colon);
      String value = line.substring(colon + 1).strip();
      if (name.equals("Status")) {
        status = Integer.parseInt(value.substring(0, 3));
      } else {
        exchange.getResponseHeaders().add(name, value);
      }
    }
    exchange.sendResponseHeaders(status, 0);
    in.transferTo(exchange.getResponseBody());
  }

  private static String line(InputStream in) throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    for (int next = in.read(); next >= 0 && next != '\n'; next = in.read()) {
      line.write(next);
    }
    return line.toString(StandardCharsets.UTF_8).strip();
  }
}
