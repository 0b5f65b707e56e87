package dev.tenon.catalog.net;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WebTest {
  private final List<String> asked = new CopyOnWriteArrayList<>();
  private HttpServer server;
  private HttpServer other;
  private Web web;

  @BeforeEach
  void start() throws IOException {
    server = serve();
    other = serve();
    web = Web.open(UrlPolicy.PUBLIC.trusting(origin(server)).trusting(origin(other)));
  }

  @AfterEach
  void stop() {
    web.close();
    server.stop(0);
    other.stop(0);
  }

  private HttpServer serve() throws IOException {
    HttpServer started =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    started.createContext("/", this::answer);
    started.start();
    return started;
  }

  private static String origin(HttpServer server) {
    return "http://127.0.0.1:" + server.getAddress().getPort();
  }

  private void answer(HttpExchange exchange) throws IOException {
    String path = exchange.getRequestURI().getPath();
    asked.add(path + " " + exchange.getRequestHeaders().getFirst("Authorization"));
    if (path.startsWith("/to/")) {
      exchange.getResponseHeaders().set("Location", exchange.getRequestURI().getQuery());
      exchange.sendResponseHeaders(302, -1);
    } else if (path.equals("/again")) {
      exchange.getResponseHeaders().set("Location", "/again");
      exchange.sendResponseHeaders(301, -1);
    } else if (path.equals("/slow")) {
      exchange.sendResponseHeaders(200, 0);
      drip(exchange);
    } else {
      byte[] text = "hello".getBytes(UTF_8);
      exchange.sendResponseHeaders(path.equals("/gone") ? 404 : 200, text.length);
      exchange.getResponseBody().write(text);
    }
    exchange.close();
  }

  private static void drip(HttpExchange exchange) throws IOException {
    for (int i = 0; i < 100; i++) {
      exchange.getResponseBody().write('x');
      exchange.getResponseBody().flush();
      try {
        Thread.sleep(20);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private String text(WebRequest request) throws IOException {
    try (WebResponse response = web.send(request).expect(200)) {
      return new String(response.body().readAllBytes(), UTF_8);
    }
  }

  @Test
  void readsAnAnswer() throws IOException {
    assertThat(text(WebRequest.get(origin(server) + "/x"))).isEqualTo("hello");
  }

  @Test
  void tellsTheStatus() {
    assertThatThrownBy(() -> text(WebRequest.get(origin(server) + "/gone?token=abc")))
        .isInstanceOf(TransferException.class)
        .hasMessageContaining("/gone: HTTP 404")
        .hasMessageNotContaining("abc")
        .satisfies(e -> assertThat(((TransferException) e).status()).hasValue(404));
  }

  @Test
  void followsARedirectionAndKeepsTheSecretToItsOrigin() throws IOException {
    String here = origin(server) + "/to/1?" + origin(server) + "/x";
    text(WebRequest.get(here).secret("Authorization", "Bearer t"));
    assertThat(asked).containsExactly("/to/1 Bearer t", "/x Bearer t");
    asked.clear();
    String there = origin(server) + "/to/1?" + origin(other) + "/x";
    text(WebRequest.get(there).secret("Authorization", "Bearer t"));
    assertThat(asked).containsExactly("/to/1 Bearer t", "/x null");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "http://127.0.0.1:1/x",
        "https://127.0.0.1/x",
        "https://localhost/x",
        "https://2130706433/x",
        "https://0177.0.0.1/x",
        "https://[::1]/x",
        "https://[::ffff:127.0.0.1]/x",
        "file:///etc/passwd",
        "https://10.0.0.1/x"
      })
  void checksWhereARedirectionLeads(String target) {
    assertThatThrownBy(() -> text(WebRequest.get(origin(server) + "/to/1?" + target)))
        .isInstanceOf(RefusedUrlException.class);
    assertThat(asked).hasSize(1);
  }

  @Test
  void connectsToNoAddressThatIsNotPublic() {
    try (Web strict = Web.open(UrlPolicy.PUBLIC)) {
      String url = "https://127.0.0.1:" + server.getAddress().getPort() + "/x";
      assertThatThrownBy(() -> strict.send(WebRequest.get(url)))
          .isInstanceOf(RefusedUrlException.class)
          .hasMessageContaining("127.0.0.1");
      assertThatThrownBy(() -> strict.send(WebRequest.get(url.replace("127.0.0.1", "localhost"))))
          .isInstanceOf(RefusedUrlException.class)
          .hasMessageContaining("localhost");
    }
    assertThat(asked).isEmpty();
  }

  @Test
  void endsAfterAFewRedirections() {
    assertThatThrownBy(() -> text(WebRequest.get(origin(server) + "/again")))
        .isInstanceOf(TransferException.class)
        .hasMessageContaining("301");
    assertThat(asked).hasSize(6);
  }

  @Test
  void readsNoMoreThanItsLimits() {
    WebRequest request = WebRequest.get(origin(server) + "/x");
    assertThatThrownBy(() -> text(request.limits(4, Duration.ofSeconds(10))))
        .isInstanceOf(TransferException.class)
        .hasMessageContaining("at most 4");
    WebRequest slow = WebRequest.get(origin(server) + "/slow");
    assertThatThrownBy(() -> text(slow.limits(1000, Duration.ofMillis(200))))
        .isInstanceOf(TransferException.class)
        .hasMessageContaining("not ended");
  }

  @Test
  void tellsThatNobodyAnswers() {
    server.stop(0);
    assertThatThrownBy(() -> web.send(WebRequest.get(origin(server) + "/x?token=abc")))
        .isInstanceOf(TransferException.class)
        .hasMessageContaining("/x")
        .hasMessageNotContaining("abc");
  }
}
