package dev.tenon.catalog.source.git;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpHandler;
import dev.tenon.catalog.internal.fetch.Download;
import dev.tenon.catalog.internal.fetch.Received;
import dev.tenon.catalog.net.TransferException;
import dev.tenon.catalog.net.WebRequest;
import dev.tenon.catalog.source.CredentialSource;
import dev.tenon.catalog.source.FetchListener;
import dev.tenon.catalog.testing.Breaking;
import dev.tenon.catalog.testing.TlsServer;
import dev.tenon.error.InvalidInputException;
import dev.tenon.internal.FileTree;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a file of 300 MB costs; prints its figures. */
@Tag("soak")
class LargeFetchTest {
  private static final int BYTES = 300_000_000;
  private static final int PAIRS = 9;

  @TempDir Path directory;

  @Test
  void aLargeObjectIsGoneOnWithAndACorruptedOneRefused() throws IOException {
    byte[] weights = bytes();
    GitFixture repository = new GitFixture(directory.resolve("served"), "repo.git");
    LfsBackend backend = new LfsBackend(directory.resolve("served"));
    repository.file("model.bin", backend.pointer(weights)).commit();
    String oid = backend.objects.keySet().iterator().next();
    Path destination = directory.resolve("model");
    try (TlsServer server = TlsServer.start(backend)) {
      GitLfsSource source =
          new GitLfsSource(
              server.web(),
              CredentialSource.NONE,
              GitLocation.of(server.url("/repo.git/.git")),
              GitLimits.DEFAULT);
      HttpHandler breaking = new Breaking(backend::object, 1, 200_000_000);
      AtomicInteger asked = new AtomicInteger();
      backend.download =
          exchange -> {
            if (asked.getAndIncrement() == 0) {
              breaking.handle(exchange);
            } else {
              exchange.sendResponseHeaders(404, -1);
            }
          };
      assertThatThrownBy(() -> source.fetch(destination)).isInstanceOf(TransferException.class);
      backend.download = backend::object;
      long before = server.bytesServed();
      source.fetch(destination);
      long rest = server.bytesServed() - before;
      assertThat(rest).isLessThan(BYTES - 190_000_000L);
      assertThat(FileTree.sha256(destination.resolve("model.bin"))).isEqualTo(oid);
      System.out.println("300 MB interrupted after 200 MB; the next fetch was served " + rest);
      weights[BYTES - 1]++;
      assertThatThrownBy(() -> source.fetch(directory.resolve("other")))
          .isInstanceOf(InvalidInputException.class)
          .hasMessageContaining("expected: sha256 " + oid);
      assertThat(directory.resolve("other")).doesNotExist();
    }
  }

  @Test
  void isAsFastAsCurl() throws Exception {
    byte[] content = bytes();
    String sha256 = HexFormat.of().formatHex(FileTree.sha256().digest(content));
    double[] ratios = new double[PAIRS];
    try (TlsServer server = TlsServer.start(TlsServer.files(Map.of("/file", content)))) {
      for (int i = -2; i < PAIRS; i++) {
        double curl = i % 2 == 0 ? curl(server) : 0;
        double ours = ours(server, sha256);
        curl = i % 2 == 0 ? curl : curl(server);
        System.out.printf("curl %.0f MB/s, ours %.0f MB/s%n", curl, ours);
        ratios[Math.max(0, i)] = ours / curl;
      }
    }
    Arrays.sort(ratios);
    System.out.printf(
        "ours / curl: median %.2f, from %.2f to %.2f, %d pairs%n",
        ratios[PAIRS / 2], ratios[0], ratios[PAIRS - 1], PAIRS);
    assertThat(ratios[PAIRS / 2]).isGreaterThanOrEqualTo(0.8);
  }

  private double ours(TlsServer server, String sha256) throws IOException {
    Path file = directory.resolve("ours");
    long start = System.nanoTime();
    Received received =
        Download.of(WebRequest.get(server.url("/file")), file)
            .sha256(sha256)
            .run(server.web(), FetchListener.NONE);
    double rate = received.bytes() * 1e3 / (System.nanoTime() - start);
    Files.delete(file);
    return rate;
  }

  private double curl(TlsServer server) throws Exception {
    Path file = directory.resolve("curl");
    long start = System.nanoTime();
    Process process =
        new ProcessBuilder(
                "curl",
                "--silent",
                "--show-error",
                "--fail",
                "--cacert",
                TlsServer.authority().toString(),
                "-o",
                file.toString(),
                server.url("/file"))
            .inheritIO()
            .start();
    assertThat(process.waitFor()).isZero();
    double rate = Files.size(file) * 1e3 / (System.nanoTime() - start);
    Files.delete(file);
    return rate;
  }

  private static byte[] bytes() {
    byte[] bytes = new byte[BYTES];
    new Random(5).nextBytes(bytes);
    return bytes;
  }
}
