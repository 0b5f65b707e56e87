package dev.tenon.catalog.source.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenon.catalog.source.Fetched;
import dev.tenon.catalog.testing.TlsServer;
import dev.tenon.error.InvalidInputException;
import dev.tenon.internal.FileTree;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class ArchiveSourceTest {
  private static final long LIMIT = 1 << 20;

  @TempDir Path directory;

  @Test
  void unpacksAnArchive() throws IOException {
    byte[] zip = zip("a/config.json", "{}");
    Path destination = directory.resolve("model");
    try (TlsServer server = TlsServer.start(TlsServer.files(Map.of("/m.zip", zip)))) {
      ArchiveSource source = ArchiveSource.of(server.web(), server.url("/m.zip?key=pssst"), LIMIT);
      Fetched fetched = source.fetch(destination);
      assertThat(destination.resolve("config.json")).hasContent("{}");
      assertThat(fetched.origin())
          .containsEntry("kind", "url")
          .containsEntry("url", server.url("/m.zip"))
          .containsEntry("sha256", sha256(zip));
      assertThat(Files.readString(destination.resolve("tenon.json"))).doesNotContain("pssst");
      assertThat(source.toString()).doesNotContain("pssst");
      assertThat(source.fetch(destination)).isEqualTo(fetched);
      assertThat(server.requests()).hasSize(1);
    }
  }

  @Test
  void anyOtherFileIsTheOneFile() throws IOException {
    byte[] weights = {1, 2, 3};
    Path destination = directory.resolve("model");
    try (TlsServer server = TlsServer.start(TlsServer.files(Map.of("/w/model.bin", weights)))) {
      ArchiveSource.of(server.web(), server.url("/w/model.bin"), LIMIT)
          .sha256(sha256(weights))
          .fetch(destination);
      assertThat(destination.resolve("model.bin")).hasBinaryContent(weights);
    }
  }

  @Test
  void anArchiveThatLeavesTheRootOrIsTooLargeIsRefused() throws IOException {
    Map<String, byte[]> files =
        Map.of("/up.zip", zip("../up", "x"), "/big.zip", zip("big", "x".repeat(2 << 20)));
    try (TlsServer server = TlsServer.start(TlsServer.files(files))) {
      for (String each : files.keySet()) {
        ArchiveSource source = ArchiveSource.of(server.web(), server.url(each), LIMIT);
        assertThatThrownBy(() -> source.fetch(directory.resolve("model")))
            .isInstanceOf(InvalidInputException.class);
        assertThat(directory.resolve("model")).doesNotExist();
        assertThat(directory.resolve("up")).doesNotExist();
      }
    }
  }

  @Test
  void aUrlWithoutAFileIsRefused() {
    try (TlsServer server = TlsServer.start(TlsServer.files(Map.of()))) {
      for (String each : new String[] {"/", "", "/a/..", "/a%5Cb", "/con"}) {
        ArchiveSource source = ArchiveSource.of(server.web(), server.url(each), LIMIT);
        assertThatThrownBy(() -> source.fetch(directory.resolve("model")))
            .isInstanceOf(InvalidInputException.class)
            .hasMessageEndingWith("(expected: a file's at its end)");
      }
    }
  }

  private static byte[] zip(String name, String content) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
      zip.putNextEntry(new ZipEntry(name));
      zip.write(content.getBytes(StandardCharsets.UTF_8));
    }
    return bytes.toByteArray();
  }

  private static String sha256(byte[] content) {
    return HexFormat.of().formatHex(FileTree.sha256().digest(content));
  }
}
