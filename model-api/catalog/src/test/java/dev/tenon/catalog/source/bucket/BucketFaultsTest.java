package dev.tenon.catalog.source.bucket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import dev.tenon.catalog.net.RefusedUrlException;
import dev.tenon.catalog.net.TransferException;
import dev.tenon.catalog.net.UrlPolicy;
import dev.tenon.catalog.net.Web;
import dev.tenon.catalog.testing.TlsServer;
import dev.tenon.error.InvalidInputException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a server of buckets must not do to us; what it should do is tested with a real one. */
class BucketFaultsTest {
  @TempDir Path scratch;

  private final Map<String, byte[]> objects = new TreeMap<>();
  private final Map<String, byte[]> served = new TreeMap<>();
  private final AtomicInteger broken = new AtomicInteger();
  private Optional<String> listing = Optional.empty();
  private Optional<String> checksum = Optional.empty();
  private int status = 200;
  private final TlsServer server = TlsServer.start(this::handle);

  @AfterEach
  void close() {
    server.close();
  }

  private BucketSource source() {
    return new BucketSource(
        server.web(), BucketServer.of(server.origin()), new BucketPlace("models", "heron"));
  }

  private void handle(HttpExchange exchange) throws IOException {
    String key = exchange.getRequestURI().getPath().replaceFirst("^/models/?", "");
    boolean head = exchange.getRequestMethod().equals("HEAD");
    if (status != 200) {
      exchange.sendResponseHeaders(status, -1);
    } else if (key.isEmpty()) {
      byte[] text = listing.orElseGet(this::list).getBytes(StandardCharsets.UTF_8);
      exchange.sendResponseHeaders(200, text.length);
      exchange.getResponseBody().write(text);
    } else if (!objects.containsKey(key)) {
      exchange.sendResponseHeaders(404, -1);
    } else {
      send(exchange, key, head);
    }
  }

  private void send(HttpExchange exchange, String key, boolean head) throws IOException {
    byte[] content = head ? objects.get(key) : served.getOrDefault(key, objects.get(key));
    String etag = "\"" + md5(objects.get(key)) + "\"";
    exchange.getResponseHeaders().set("ETag", etag);
    checksum.ifPresent(x -> exchange.getResponseHeaders().set("x-amz-checksum-sha256", x));
    String expected = exchange.getRequestHeaders().getFirst("If-Match");
    String range = exchange.getRequestHeaders().getFirst("Range");
    int start = range == null ? 0 : Integer.parseInt(range.replaceAll("[^0-9]", ""));
    if (expected != null && !expected.equals(etag)) {
      exchange.sendResponseHeaders(412, -1);
      return;
    }
    if (range != null) {
      exchange
          .getResponseHeaders()
          .set(
              "Content-Range",
              "bytes " + start + "-" + (content.length - 1) + "/" + content.length);
    }
    if (head) {
      exchange.getResponseHeaders().set("Content-Length", String.valueOf(content.length));
      exchange.sendResponseHeaders(200, -1);
      return;
    }
    exchange.sendResponseHeaders(range == null ? 200 : 206, content.length - start);
    boolean breaks = broken.getAndUpdate(x -> Math.max(0, x - 1)) > 0;
    int length = (content.length - start) / (breaks ? 2 : 1);
    exchange.getResponseBody().write(content, start, length);
    exchange.getResponseBody().flush();
    if (breaks) {
      throw new IOException("the connection breaks here");
    }
  }

  private static String md5(byte[] content) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("MD5").digest(content));
    } catch (java.security.NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  private String list() {
    StringBuilder text = new StringBuilder("<ListBucketResult><IsTruncated>false</IsTruncated>");
    objects.forEach(
        (key, content) ->
            text.append("<Contents><Key>")
                .append(key)
                .append("</Key><Size>")
                .append(content.length)
                .append("</Size></Contents>"));
    return text.append("</ListBucketResult>").toString();
  }

  private static byte[] random(int length) {
    byte[] content = new byte[length];
    new Random(7).nextBytes(content);
    return content;
  }

  @Test
  void aBrokenConnectionIsGoneOnWith() {
    objects.put("heron/model.safetensors", random(400_000));
    broken.set(2);

    source().fetch(scratch.resolve("model"));

    assertThat(scratch.resolve("model/model.safetensors"))
        .hasBinaryContent(objects.get("heron/model.safetensors"));
    assertThat(server.bytesServed()).isLessThan(401_000);
  }

  @Test
  void aContentThatIsNotThatOfItsEtagIsRefused() {
    objects.put("heron/config.json", random(100));
    served.put("heron/config.json", new byte[100]);

    assertThatThrownBy(() -> source().fetch(scratch.resolve("model")))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("config.json")
        .hasMessageContaining("MD5");

    assertThat(scratch.resolve("model")).doesNotExist();
  }

  @Test
  void aContentThatIsNotThatOfItsChecksumIsRefused() {
    objects.put("heron/config.json", random(100));
    checksum = Optional.of(Base64.getEncoder().encodeToString(new byte[32]));

    assertThatThrownBy(() -> source().fetch(scratch.resolve("model")))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("sha256");
  }

  @Test
  void aContentOfAnotherSizeIsRefused() {
    objects.put("heron/config.json", random(100));
    served.put("heron/config.json", random(120));

    assertThatThrownBy(() -> source().fetch(scratch.resolve("model")))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("config.json");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "heron/../../escape",
        "heron//etc/passwd",
        "heron/a\\b",
        "heron/NUL",
        "heron/CONFIG.JSON",
        "heron/config.json/x"
      })
  void keysThatAreNoNamesOfFilesAreRefused(String key) throws IOException {
    objects.put("heron/config.json", random(10));
    objects.put(key, random(10));

    assertThatThrownBy(() -> source().fetch(scratch.resolve("model")))
        .isInstanceOf(InvalidInputException.class);

    assertThat(scratch.resolve("model")).doesNotExist();
    assertThat(scratch.resolve("escape")).doesNotExist();
  }

  @Test
  void aListingReadsNoFilesOfThisMachine() throws IOException {
    Path secret = Files.writeString(scratch.resolve("secret"), "topsecret");
    listing =
        Optional.of(
            "<!DOCTYPE x [<!ENTITY e SYSTEM '"
                + secret.toUri()
                + "'>]><ListBucketResult><Contents><Key>heron/&e;</Key><Size>1</Size>"
                + "</Contents></ListBucketResult>");

    assertThatThrownBy(() -> source().fetch(scratch.resolve("model")))
        .satisfies(x -> assertThat(x.toString()).doesNotContain("topsecret"));
  }

  @Test
  void aServerElsewhereIsNotConnectedTo() {
    BucketSource inside =
        new BucketSource(
            server.web(), BucketServer.of("https://127.0.0.1:1"), new BucketPlace("models", "x"));

    assertThatThrownBy(() -> inside.fetch(scratch.resolve("model")))
        .isInstanceOf(RefusedUrlException.class);
  }

  @Test
  void aServerThatNobodyTrustsIsATypedError() {
    try (Web strangers = Web.open(UrlPolicy.PUBLIC.trusting(server.origin()))) {
      BucketSource source =
          new BucketSource(
              strangers, BucketServer.of(server.origin()), new BucketPlace("models", "x"));

      assertThatThrownBy(() -> source.fetch(scratch.resolve("model")))
          .isInstanceOf(TransferException.class)
          .hasMessageContaining("SSL");
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {301, 403})
  void anAnswerThatIsNoSuccessIsATypedError(int answer) {
    status = answer;

    assertThatThrownBy(() -> source().fetch(scratch.resolve("model")))
        .isInstanceOfSatisfying(
            TransferException.class, e -> assertThat(e.status()).hasValue(answer));
  }
}
