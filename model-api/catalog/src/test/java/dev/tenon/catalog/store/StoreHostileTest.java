package dev.tenon.catalog.store;

import static dev.tenon.catalog.store.StoreFixture.HERON;
import static dev.tenon.catalog.store.StoreFixture.commit;
import static dev.tenon.catalog.store.StoreFixture.staged;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenon.error.CheckpointException;
import dev.tenon.error.InvalidInputException;
import dev.tenon.error.UnsupportedFeatureException;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the store refuses, and that it then holds what it held before. */
@DisabledOnOs(OS.WINDOWS)
class StoreHostileTest {
  @TempDir private Path home;

  private void refused(ModelStore store, Path directory, Class<? extends Throwable> type) {
    assertThatThrownBy(() -> store.commit(HERON, directory, VersionRecord.EMPTY))
        .isInstanceOf(type)
        .hasMessageContaining("(expected: ");
    assertThat(store.list(StoreQuery.ALL)).isEmpty();
    assertThat(home.resolve("trees")).isEmptyDirectory();
    assertThat(home.resolve("blobs")).isEmptyDirectory();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "back\\slash",
        "C:evil",
        "dir/c:x",
        "nul",
        "AUX.txt",
        "dir/com1.bin",
        "dot.",
        "space ",
        "dir /x",
        "line\nbreak",
        "bell\u0007",
        "..\\up"
      })
  void namesThatOtherSystemsCannotHold(String name) {
    try (ModelStore store = ModelStore.open(home)) {
      refused(
          store,
          staged(store, Map.of("config.json", "{}", name, "x")),
          InvalidInputException.class);
    }
  }

  @Test
  void namesThatOtherSystemsTakeForOne() {
    try (ModelStore store = ModelStore.open(home)) {
      for (Map<String, String> files :
          List.of(
              Map.of("Config.json", "1", "config.json", "2"),
              Map.of("Dir/a", "1", "dir/b", "2"),
              Map.of("Tenon.JSON", "1"))) {
        refused(store, staged(store, files), InvalidInputException.class);
      }
    }
  }

  @Test
  void linksInADirectory() throws IOException {
    Path secret = Files.writeString(home.resolve("secret"), "s");
    try (ModelStore store = ModelStore.open(home)) {
      for (Path target : List.of(secret, home, Path.of("config.json"), Path.of("nowhere"))) {
        Path directory = staged(store, Map.of("config.json", "{}"));
        Files.createSymbolicLink(directory.resolve("link"), target);
        refused(store, directory, CheckpointException.class);
      }
      Path marked = staged(store, Map.of("config.json", "{}"));
      Files.createSymbolicLink(marked.resolve("tenon.json"), secret);
      refused(store, marked, CheckpointException.class);
      assertThat(secret).hasContent("s");
    }
  }

  @Test
  void specialFilesInADirectory() throws IOException {
    try (ModelStore store = ModelStore.open(home)) {
      Path directory = staged(store, Map.of("config.json", "{}"));
      // A short path, for an address of a socket has at most some 100 bytes.
      Path socket = Files.createTempDirectory(Path.of("/tmp"), "s").resolve("s");
      try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
        server.bind(UnixDomainSocketAddress.of(socket));
        Files.move(socket, directory.resolve("socket"));
        refused(store, directory, CheckpointException.class);
      } finally {
        Files.delete(socket.getParent());
      }
    }
  }

  @Test
  void directoriesThatAreNotStaged() throws IOException {
    Path outside = Files.createDirectories(home.resolve("outside").resolve("files"));
    Files.writeString(outside.resolve("a"), "1");
    Path within = home.resolve("store");
    try (ModelStore store = ModelStore.open(within)) {
      Path link = Files.createSymbolicLink(store.newStaging().resolve("link"), outside);
      Path file = Files.writeString(store.newStaging().resolve("file"), "1");
      StoredVersion made = commit(store, HERON, "1");
      for (Path directory :
          List.of(
              outside,
              link,
              file,
              store.newStaging(),
              within,
              within.resolve("trees"),
              within.resolve("staging"),
              link.getParent().getParent(),
              made.directory(),
              within.resolve("missing"))) {
        assertThatThrownBy(() -> store.commit(HERON, directory, VersionRecord.EMPTY))
            .as(directory.toString())
            .isInstanceOf(InvalidInputException.class);
      }
      assertThat(outside.resolve("a")).hasContent("1");
      assertThat(store.versions(HERON)).containsExactly(made);
      store.verify(made);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        ":",
        "/",
        "a/",
        "/a",
        "a/b/c",
        "../a",
        "a b",
        "a:",
        "a:0",
        "a:007",
        "a:-1",
        "a:b:c",
        "a:1000000000000",
        "nul",
        "con.txt",
        "a.",
        "-a",
        "a:../b",
        "日本"
      })
  void referencesThatAreNone(String text) {
    assertThatThrownBy(() -> VersionRef.parse(ObjectKind.MODEL, text))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("(expected: ");
  }

  @Test
  void referencesReadAsPeopleWriteThem() {
    assertThat(VersionRef.parse(ObjectKind.MODEL, "heron")).isEqualTo(VersionRef.latest(HERON));
    assertThat(VersionRef.parse(ObjectKind.MODEL, "heron:3")).isEqualTo(VersionRef.of(HERON, 3));
    VersionRef shared = VersionRef.parse(ObjectKind.DATASET, "shared/heron:production");
    assertThat(shared.object().namespace()).isEqualTo("shared");
    assertThat(shared.text()).isEqualTo("shared/heron:production");
    assertThat(shared.number()).isEmpty();
  }

  @Test
  void anIndexThatANewerTenonWrote() throws Exception {
    ModelStore.open(home).close();
    SlowRows.execute(home, "PRAGMA user_version = 2");

    assertThatThrownBy(() -> ModelStore.open(home))
        .isInstanceOf(UnsupportedFeatureException.class)
        .hasMessageContaining("schema 2 (expected: at most 1; a newer Tenon wrote it)");
  }

  @Test
  void anIndexThatIsNoDatabase() throws IOException {
    Files.writeString(home.resolve("store.db"), "no database at all".repeat(100));

    assertThatThrownBy(() -> ModelStore.open(home))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("store.db")
        .hasMessageContaining("a whole index of a store");
    assertThat(home.resolve("store.db")).hasContent("no database at all".repeat(100));
  }

  @Test
  void anIndexOfAnotherProgram() throws Exception {
    SlowRows.execute(home, "CREATE TABLE mine(x)");
    byte[] before = Files.readAllBytes(home.resolve("store.db"));

    assertThatThrownBy(() -> ModelStore.open(home))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("a database of another program");
    assertThat(home.resolve("store.db")).hasBinaryContent(before);
  }

  @Test
  void aHomeThatIsAFile() throws IOException {
    Path file = Files.writeString(home.resolve("file"), "x");

    assertThatThrownBy(() -> ModelStore.open(file))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining(file.toString());
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void aHomeThatCannotBeWritten() {
    assertThatThrownBy(() -> ModelStore.open(Path.of("/proc/tenon")))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("/proc/tenon");
  }
}
