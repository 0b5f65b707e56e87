package dev.tenon.catalog.internal.archive;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenon.error.CheckpointException;
import dev.tenon.error.InvalidInputException;
import dev.tenon.internal.FileTree;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.apache.commons.compress.archivers.zip.ZipArchiveEntry;
import org.apache.commons.compress.archivers.zip.ZipArchiveOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ArchiveReaderTest {
  private static final ArchiveBudget BUDGET = ArchiveBudget.DESCRIPTION;

  @TempDir Path root;

  private Path archive(String name, byte[] bytes) throws IOException {
    return Files.write(root.resolve(name), bytes);
  }

  private void refuses(Path archive, String words) throws IOException {
    List<Path> before = all();
    assertThatThrownBy(() -> ArchiveReader.extract(archive, root.resolve("out"), BUDGET))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining(String.valueOf(archive.getFileName()))
        .hasMessageContaining(words);
    assertThat(all()).isEqualTo(before);
  }

  private List<Path> all() throws IOException {
    try (Stream<Path> files = Files.walk(root)) {
      return files.sorted().toList();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"a.tar.gz", "a.tgz", "a.tar"})
  void aTarIsUnpackedWhole(String name) throws IOException {
    TarBytes tar = new TarBytes().entry('5', "empty/").file("d/f.txt", "text").file("g", "");
    byte[] bytes = name.endsWith(".tar") ? tar.tar() : tar.tarGz();
    ArchiveReader.extract(archive(name, bytes), root.resolve("out"), BUDGET);
    assertThat(root.resolve("out/d/f.txt")).hasContent("text");
    assertThat(root.resolve("out/g")).isEmptyFile();
    assertThat(root.resolve("out/empty")).isEmptyDirectory();
    assertThat(root.toFile().list()).containsExactlyInAnyOrder(name, "out");
  }

  @Test
  void aBadLastEntryLeavesNothing() throws IOException {
    byte[] bytes = new TarBytes().file("d/good", "x").file("../bad", "y").tarGz();
    refuses(archive("a.tgz", bytes), "../bad");
    byte[] cut = new TarBytes().file("d/good", "x").file("e", new byte[3000]).tarGz();
    refuses(archive("b.tgz", Arrays.copyOf(cut, cut.length - 9)), "b.tgz");
  }

  @Test
  void aDestinationThatHoldsFilesIsLeftAlone() throws IOException {
    Path archive = archive("a.tgz", new TarBytes().file("f", "x").tarGz());
    Path out = Files.createDirectory(root.resolve("out"));
    ArchiveReader.extract(archive, out, BUDGET);
    assertThat(out.resolve("f")).hasContent("x");
    assertThatThrownBy(() -> ArchiveReader.extract(archive, out, BUDGET))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("a new or empty directory");
    assertThatThrownBy(() -> ArchiveReader.extract(archive, archive, BUDGET))
        .isInstanceOf(InvalidInputException.class);
  }

  @Test
  void theDiskAndTheCallerBoundAModel() throws IOException {
    ArchiveBudget budget = ArchiveBudget.model(root.resolve("not/yet"), 5);
    assertThat(budget.bytes()).isEqualTo(5);
    assertThat(ArchiveBudget.model(root, Long.MAX_VALUE).bytes())
        .isLessThanOrEqualTo(Files.getFileStore(root).getTotalSpace());
    Path archive = archive("a.tgz", new TarBytes().file("f", "sixsix").tarGz());
    assertThatThrownBy(() -> ArchiveReader.extract(archive, root.resolve("out"), budget))
        .hasMessageContaining("entry f: size 6 (expected: at most 5)");
  }

  // ---- zip

  private static byte[] zip(String... names) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ZipArchiveOutputStream zip = new ZipArchiveOutputStream(bytes)) {
      for (String name : names) {
        zip.putArchiveEntry(new ZipArchiveEntry(name));
        zip.write((name.endsWith("/") ? "" : "text").getBytes(UTF_8));
        zip.closeArchiveEntry();
      }
    }
    return bytes.toByteArray();
  }

  @Test
  void aZipIsUnpackedWhole() throws IOException {
    ArchiveReader.extract(
        archive("model.zip", zip("d/", "d/f.txt", "Modèle.bin")), root.resolve("out"), BUDGET);
    assertThat(root.resolve("out/d/f.txt")).hasContent("text");
    assertThat(root.resolve("out/Modèle.bin")).hasContent("text");
  }

  @ParameterizedTest
  @ValueSource(strings = {"../f", "/f", "C:/f", "a/../../f", "con.txt", "f.", "d/g/x", "D/G", "d"})
  void aZipWithOneBadNameIsRefused(String name) throws IOException {
    refuses(archive("a.zip", zip("d/g", name)), name);
  }

  @Test
  void aLinkInAZipIsRefused() throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ZipArchiveOutputStream zip = new ZipArchiveOutputStream(bytes)) {
      ZipArchiveEntry link = new ZipArchiveEntry("link");
      link.setUnixMode(0120777);
      zip.putArchiveEntry(link);
      zip.write("/etc".getBytes(UTF_8));
      zip.closeArchiveEntry();
    }
    refuses(archive("a.zip", bytes.toByteArray()), "link");
  }

  @Test
  void aZipThatUnpacksTooFarIsRefused() throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
      zip.putNextEntry(new ZipEntry("zeros"));
      zip.write(new byte[3 << 20]);
      zip.closeEntry();
    }
    refuses(archive("a.zip", bytes.toByteArray()), "zeros");
    ArchiveBudget few = new ArchiveBudget(1000, 3, 200, 2, 1000);
    Path many = archive("b.zip", zip("a", "b", "c", "d"));
    assertThatThrownBy(() -> ArchiveReader.extract(many, root.resolve("out"), few))
        .hasMessageContaining("at most 3");
  }

  @Test
  void aZipThatIsDamagedIsRefused() throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
      ZipEntry entry = new ZipEntry("stored");
      entry.setMethod(ZipEntry.STORED);
      entry.setSize(4);
      CRC32 checksum = new CRC32();
      checksum.update("text".getBytes(UTF_8));
      entry.setCrc(checksum.getValue());
      zip.putNextEntry(entry);
      zip.write("text".getBytes(UTF_8));
      zip.closeEntry();
    }
    byte[] whole = bytes.toByteArray();
    byte[] other = whole.clone();
    other[30 + "stored".length()] = 'T';
    refuses(archive("a.zip", other), "stored");
    refuses(archive("b.zip", Arrays.copyOf(whole, whole.length - 1)), "b.zip");
    refuses(archive("c.zip", new byte[10]), "c.zip");
    refuses(archive("d.rar", new byte[10]), "d.rar");
  }

  @ParameterizedTest
  @ValueSource(strings = {"a.zip", "a.tar", "a.tgz"})
  void damageAnywhereIsAFaultOfTheArchive(String name) throws IOException {
    byte[] good = name.endsWith("zip") ? zip("d/f", "g") : tar(name.endsWith("gz"));
    Random random = new Random(11);
    for (int i = 0; i < 500; i++) {
      byte[] bad = Arrays.copyOf(good, i % 3 == 0 ? random.nextInt(good.length) : good.length);
      for (int flips = random.nextInt(4); flips > 0 && bad.length > 0; flips--) {
        bad[random.nextInt(bad.length)] = (byte) random.nextInt();
      }
      Path archive = archive(name, bad);
      try {
        ArchiveReader.read(archive, BUDGET, (path, content) -> content.readAllBytes());
      } catch (InvalidInputException e) {
        assertThat(e).hasMessageContaining(name);
      }
    }
  }

  private static byte[] tar(boolean packed) {
    TarBytes tar =
        new TarBytes().file("d/f", "text").gnu("long").pax("size", "4").file("x", "text");
    return packed ? tar.tarGz() : tar.tar();
  }

  // ---- writing

  @Test
  void equalFilesGiveEqualBytes() throws IOException {
    Path first = tree("first", "b.txt", "d/a.txt", "d/Modèle.txt", "d/" + "e".repeat(180));
    Path second = tree("second", "d/" + "e".repeat(180), "d/Modèle.txt", "d/a.txt", "b.txt");
    Files.createDirectories(second.resolve("empty"));
    assertThat(second.resolve("b.txt").toFile().setLastModified(0)).isTrue();
    ArchiveWriter.writeTarGz(first, root.resolve("first.tar.gz"));
    ArchiveWriter.writeTarGz(second, root.resolve("second.tar.gz"));
    assertThat(root.resolve("first.tar.gz")).hasSameBinaryContentAs(root.resolve("second.tar.gz"));
    ArchiveReader.extract(root.resolve("first.tar.gz"), root.resolve("out"), BUDGET);
    assertThat(FileTree.files(root.resolve("out")).keySet())
        .isEqualTo(FileTree.files(first).keySet());
    assertThat(root.resolve("out/d/a.txt")).hasContent("d/a.txt");
  }

  @Test
  void whatCouldNotBeReadBackIsNotWritten() throws IOException {
    Path pair = tree("pair", "f", "F");
    assertThatThrownBy(() -> ArchiveWriter.writeTarGz(pair, root.resolve("pair.tgz")))
        .isInstanceOf(InvalidInputException.class);
    Path linked = tree("linked", "f");
    Files.createSymbolicLink(linked.resolve("link"), root);
    assertThatThrownBy(() -> ArchiveWriter.writeTarGz(linked, root.resolve("linked.tgz")))
        .isInstanceOf(CheckpointException.class);
    assertThat(root.toFile().list()).containsExactlyInAnyOrder("pair", "linked");
  }

  private Path tree(String name, String... files) throws IOException {
    for (String file : files) {
      Path path = root.resolve(name).resolve(file);
      Files.createDirectories(path.getParent());
      Files.writeString(path, file);
    }
    return root.resolve(name);
  }
}
