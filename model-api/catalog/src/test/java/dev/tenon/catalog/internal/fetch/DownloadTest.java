package dev.tenon.catalog.internal.fetch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.sun.net.httpserver.HttpHandler;
import dev.tenon.catalog.net.TransferException;
import dev.tenon.catalog.net.WebRequest;
import dev.tenon.catalog.source.FetchListener;
import dev.tenon.catalog.testing.Breaking;
import dev.tenon.catalog.testing.TlsServer;
import dev.tenon.error.InvalidInputException;
import dev.tenon.internal.FileTree;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class DownloadTest {
  private static final byte[] CONTENT = bytes(3_000_000);
  private static final String SHA256 = sha256(CONTENT);
  private static final HttpHandler FILES = TlsServer.files(Map.of("/file", CONTENT));

  /** Without ranges and without an ETag. */
  private static final HttpHandler WHOLE =
      exchange -> {
        exchange.sendResponseHeaders(200, CONTENT.length);
        exchange.getResponseBody().write(CONTENT);
      };

  @TempDir Path directory;
  private Path file = Path.of("");
  private Path part = Path.of("");

  @BeforeEach
  void name() {
    file = directory.resolve("file");
    part = directory.resolve("file.part");
  }

  @Test
  void bringsAFileAndItsDigest() throws IOException {
    try (TlsServer server = TlsServer.start(FILES)) {
      Received received =
          download(server).size(CONTENT.length).run(server.web(), FetchListener.NONE);
      assertThat(received).isEqualTo(new Received(SHA256, CONTENT.length, CONTENT.length));
      assertThat(file).hasBinaryContent(CONTENT);
      assertThat(directory).isDirectoryNotContaining(x -> !x.equals(file));
    }
  }

  @Test
  void tellsTheListenerTheWholeAtTheEnd() {
    List<String> told = new ArrayList<>();
    try (TlsServer server = TlsServer.start(FILES)) {
      download(server)
          .run(server.web(), (name, done, total) -> told.add(name + done + "/" + total));
    }
    assertThat(told.get(told.size() - 1)).isEqualTo("file3000000/3000000");
  }

  @Test
  void aBrokenConnectionIsGoneOnWith() {
    try (TlsServer server = TlsServer.start(new Breaking(FILES, 3, 700_000))) {
      Received received = download(server).run(server.web(), FetchListener.NONE);
      assertThat(received.sha256()).isEqualTo(SHA256);
      assertThat(server.requests()).hasSize(4);
      assertThat(received.transferred()).isEqualTo(CONTENT.length);
    }
  }

  @Test
  void theNextCallAsksForTheRestOnly() throws IOException {
    try (TlsServer broken = TlsServer.start(new Breaking(FILES, 9, 400_000))) {
      assertThatThrownBy(() -> download(broken).run(broken.web(), FetchListener.NONE))
          .isInstanceOf(TransferException.class);
      assertThat(file).doesNotExist();
    }
    long there = Files.size(part);
    assertThat(there).isPositive();
    try (TlsServer server = TlsServer.start(FILES)) {
      Received received = download(server).run(server.web(), FetchListener.NONE);
      assertThat(received.transferred()).isEqualTo(CONTENT.length - there);
      assertThat(server.bytesServed()).isEqualTo(CONTENT.length - there);
      assertThat(file).hasBinaryContent(CONTENT);
    }
  }

  @Test
  void anotherFileOnTheServerStartsAgain() throws IOException {
    interrupted();
    byte[] other = bytes(2_000_000);
    other[0]++;
    try (TlsServer server = TlsServer.start(TlsServer.files(Map.of("/file", other)))) {
      Received received = download(server).run(server.web(), FetchListener.NONE);
      assertThat(received.transferred()).isEqualTo(other.length);
      assertThat(file).hasBinaryContent(other);
    }
  }

  @Test
  void aServerWithoutRangesStartsAgain() throws IOException {
    interrupted();
    try (TlsServer server = TlsServer.start(WHOLE)) {
      Download download = download(server).sha256(SHA256);
      assertThat(download.run(server.web(), FetchListener.NONE).transferred())
          .isEqualTo(CONTENT.length);
      assertThat(file).hasBinaryContent(CONTENT);
    }
  }

  @Test
  void aPartThatTheServerDoesNotReachIsThrownAway() throws IOException {
    Files.write(part, bytes(4_000_000));
    try (TlsServer server = TlsServer.start(FILES)) {
      download(server).sha256(SHA256).run(server.web(), FetchListener.NONE);
      assertThat(file).hasBinaryContent(CONTENT);
      assertThat(server.requests()).hasSize(2);
    }
  }

  @Test
  void aWholePartNeedsNoRequest() throws IOException {
    Files.write(part, CONTENT);
    try (TlsServer server = TlsServer.start(FILES)) {
      download(server).size(CONTENT.length).sha256(SHA256).run(server.web(), FetchListener.NONE);
      assertThat(file).hasBinaryContent(CONTENT);
      assertThat(server.requests()).isEmpty();
    }
  }

  @Test
  void aFileThatIsThereIsNotAskedForAgain() throws IOException {
    Files.write(file, CONTENT);
    try (TlsServer server = TlsServer.start(FILES)) {
      Received received = download(server).sha256(SHA256).run(server.web(), FetchListener.NONE);
      assertThat(received).isEqualTo(new Received(SHA256, CONTENT.length, 0));
      assertThat(server.requests()).isEmpty();
    }
  }

  @Test
  void aWrongDigestDeletesThePart() {
    try (TlsServer server = TlsServer.start(FILES)) {
      String other = "0".repeat(64);
      assertThatThrownBy(() -> download(server).sha256(other).run(server.web(), FetchListener.NONE))
          .isInstanceOf(InvalidInputException.class)
          .hasMessage("content of file: sha256 " + SHA256 + " (expected: sha256 " + other + ")");
      assertThat(directory).isEmptyDirectory();
    }
  }

  @Test
  void knowsGitsDigest() throws IOException {
    byte[] hello = "hello\n".getBytes(java.nio.charset.StandardCharsets.US_ASCII);
    try (TlsServer server = TlsServer.start(TlsServer.files(Map.of("/file", hello)))) {
      String sha1 = "ce013625030ba8dba906f756967f9e9ca394464a";
      download(server).gitBlob(sha1, 6).run(server.web(), FetchListener.NONE);
      assertThat(file).hasBinaryContent(hello);
      assertThatThrownBy(
              () ->
                  download(server)
                      .gitBlob("a" + sha1.substring(1), 6)
                      .run(server.web(), FetchListener.NONE))
          .isInstanceOf(InvalidInputException.class)
          .hasMessageContaining("git blob " + sha1);
    }
  }

  @Test
  void anotherSizeIsRefusedBeforeItsBytes() {
    try (TlsServer server = TlsServer.start(FILES)) {
      assertThatThrownBy(() -> download(server).size(5).run(server.web(), FetchListener.NONE))
          .isInstanceOf(InvalidInputException.class)
          .hasMessage("size of file: 3000000 bytes (expected: 5 bytes)");
      assertThatThrownBy(() -> download(server).limit(5).run(server.web(), FetchListener.NONE))
          .hasMessage("size of file: 3000000 bytes (expected: at most 5)");
    }
  }

  @Test
  void bytesWithoutAnEndStopAtTheLimit() {
    HttpHandler endless =
        exchange -> {
          exchange.sendResponseHeaders(200, 0);
          while (true) {
            exchange.getResponseBody().write(CONTENT);
          }
        };
    try (TlsServer server = TlsServer.start(endless)) {
      assertThatThrownBy(
              () -> download(server).limit(4_000_000).run(server.web(), FetchListener.NONE))
          .isInstanceOf(InvalidInputException.class)
          .hasMessage("size of file: more than 4000000 bytes (expected: at most 4000000)");
      assertThat(directory).isEmptyDirectory();
    }
  }

  @Test
  void anAnswerWithoutLengthThatEndsEarlyIsNotAFile() {
    HttpHandler early =
        exchange -> {
          exchange.sendResponseHeaders(200, 0);
          exchange.getResponseBody().write(CONTENT, 0, 1000);
        };
    try (TlsServer server = TlsServer.start(early)) {
      assertThatThrownBy(
              () -> download(server).size(CONTENT.length).run(server.web(), FetchListener.NONE))
          .isInstanceOf(TransferException.class)
          .hasMessage("file: 1000 bytes (expected: 3000000 bytes)");
    }
  }

  @Test
  void aBusyServerIsAskedAgain() {
    AtomicInteger busy = new AtomicInteger(2);
    HttpHandler handler =
        exchange -> {
          if (busy.getAndDecrement() > 0) {
            exchange.sendResponseHeaders(503, -1);
          } else {
            FILES.handle(exchange);
          }
        };
    try (TlsServer server = TlsServer.start(handler)) {
      assertThat(download(server).run(server.web(), FetchListener.NONE).sha256()).isEqualTo(SHA256);
    }
  }

  @Test
  void aMissingFileIsSaidAtOnce() {
    try (TlsServer server = TlsServer.start(TlsServer.files(Map.of()))) {
      assertThatThrownBy(() -> download(server).run(server.web(), FetchListener.NONE))
          .isInstanceOfSatisfying(
              TransferException.class, x -> assertThat(x.status()).hasValue(404));
      assertThat(server.requests()).hasSize(1);
    }
  }

  @Test
  void aFullDiskIsSaid() {
    Path full = Path.of("/dev/full");
    assumeThat(full).exists();
    try (TlsServer server = TlsServer.start(WHOLE)) {
      assertThatThrownBy(() -> download(server).part(full).run(server.web(), FetchListener.NONE))
          .isInstanceOf(TransferException.class)
          .hasMessageContaining("No space left on device (expected: a writable file with room)");
    }
  }

  @Test
  void moreThanTheDiskHasIsRefusedBeforeARequest() {
    try (TlsServer server = TlsServer.start(FILES)) {
      assertThatThrownBy(
              () -> download(server).size(1L << 39).run(server.web(), FetchListener.NONE))
          .isInstanceOf(TransferException.class)
          .hasMessageStartingWith("room for file: ");
      assertThat(server.requests()).isEmpty();
    }
  }

  @Test
  void saysNothingOfItsRequest() {
    WebRequest request = WebRequest.get("https://localhost/x?key=1").secret("Authorization", "2");
    assertThat(Download.of(request, Path.of("x"))).hasToString("Download[x to x]");
  }

  private void interrupted() throws IOException {
    try (TlsServer broken = TlsServer.start(new Breaking(FILES, 9, 400_000))) {
      assertThatThrownBy(() -> download(broken).run(broken.web(), FetchListener.NONE))
          .isInstanceOf(TransferException.class);
    }
    assertThat(Files.size(part)).isPositive();
  }

  private Download download(TlsServer server) {
    return Download.of(WebRequest.get(server.url("/file")), file);
  }

  private static byte[] bytes(int count) {
    byte[] bytes = new byte[count];
    new Random(7).nextBytes(bytes);
    return bytes;
  }

  private static String sha256(byte[] content) {
    return HexFormat.of().formatHex(FileTree.sha256().digest(content));
  }
}
