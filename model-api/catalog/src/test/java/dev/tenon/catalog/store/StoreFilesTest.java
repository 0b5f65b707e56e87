package dev.tenon.catalog.store;

import static dev.tenon.catalog.store.StoreFixture.HERON;
import static dev.tenon.catalog.store.StoreFixture.WEIGHTS;
import static dev.tenon.catalog.store.StoreFixture.commit;
import static dev.tenon.catalog.store.StoreFixture.staged;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.tenon.catalog.internal.content.Links;
import dev.tenon.error.TenonException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** What lies on the disk. */
@DisabledOnOs(OS.WINDOWS)
class StoreFilesTest {
  private static final int MEGABYTE = 1 << 20;

  @TempDir private Path home;

  private static Object inode(Path file) throws IOException {
    return Files.getAttribute(file, "unix:ino");
  }

  private static String mode(Path path) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
  }

  private static List<Path> files(Path root) throws IOException {
    try (Stream<Path> all = Files.walk(root)) {
      return all.filter(Files::isRegularFile).toList();
    }
  }

  /** Bytes of all files, each inode once. */
  private static long disk(Path root) throws IOException {
    Map<Object, Long> sizes = new HashMap<>();
    for (Path file : files(root)) {
      sizes.put(inode(file), Files.size(file));
    }
    return sizes.values().stream().mapToLong(x -> x).sum();
  }

  @Test
  void aVersionIsReadOnly() throws IOException {
    try (ModelStore store = ModelStore.open(home)) {
      StoredVersion made = commit(store, HERON, Map.of("a", "1", "b/c", "2"));

      assertThat(mode(made.directory())).isEqualTo("r-xr-xr-x");
      assertThat(mode(made.directory().resolve("b"))).isEqualTo("r-xr-xr-x");
      assertThat(mode(made.directory().resolve("a"))).isEqualTo("r--r--r--");
      assertThat(mode(made.directory().resolve("tenon.json"))).isEqualTo("r--r--r--");
      store.remove(made.ref());
      assertThat(store.collect().trees()).isEqualTo(1);
      assertThat(files(home.resolve("blobs"))).isEmpty();
    }
  }

  @Test
  void tenModelsFromOneBaseKeepItsWeightsOnce() throws IOException {
    try (ModelStore store = ModelStore.open(home)) {
      StoredVersion base = commit(store, ObjectName.model("base"), "w".repeat(4 * MEGABYTE));
      Object weights = inode(base.directory().resolve(WEIGHTS));
      for (int i = 0; i < 10; i++) {
        StoredVersion made = store.link(ObjectName.model("bird-" + i), base, VersionRecord.EMPTY);
        assertThat(inode(made.directory().resolve(WEIGHTS))).isEqualTo(weights);
      }
      assertThat(disk(home)).isLessThan(5 * MEGABYTE);
      assertThat(files(home.resolve("blobs"))).hasSize(base.directory().toFile().list().length);
    }
  }

  @Test
  void treesThatDifferInTheirRecordShareTheirWeights() throws IOException {
    try (ModelStore store = ModelStore.open(home)) {
      Object weights = null;
      for (int i = 0; i < 10; i++) {
        Lineage lineage = Lineage.NONE.withJob("job-" + i);
        StoredVersion made =
            store.commit(
                HERON,
                staged(store, Map.of(WEIGHTS, "w".repeat(MEGABYTE))),
                VersionRecord.EMPTY.withLineage(lineage));
        Object inode = inode(made.directory().resolve(WEIGHTS));
        weights = weights == null ? inode : weights;
        assertThat(inode).isEqualTo(weights);
      }
      assertThat(store.versions(HERON)).extracting(StoredVersion::digest).doesNotHaveDuplicates();
      assertThat(disk(home)).isLessThan(2 * MEGABYTE);
    }
  }

  @Test
  void withoutHardLinksFilesAreCopied() throws IOException {
    try (ModelStore store = ModelStore.open(home, Links.NONE)) {
      StoredVersion first = commit(store, HERON, Map.of("a", "1", "b", "1"));
      StoredVersion second = commit(store, HERON, Map.of("a", "1", "c", "3"));
      store.verify(first);
      store.verify(second);
      assertThat(mode(first.directory().resolve("a"))).isEqualTo("r--r--r--");

      store.remove(first.ref());
      store.collect();

      store.verify(second);
      assertThat(files(home.resolve("blobs"))).hasSize(3);
    }
  }

  @Test
  void aFileWithAnotherNameElsewhereIsCopiedForItCouldChangeThere() throws IOException {
    Path own = Files.writeString(home.resolve("own.bin"), "weights");
    try (ModelStore store = ModelStore.open(home.resolve("store"))) {
      Path directory = staged(store, Map.of("config.json", "{}"));
      Files.createLink(directory.resolve(WEIGHTS), own);

      StoredVersion made = store.commit(HERON, directory, VersionRecord.EMPTY);
      Files.writeString(own, "changed");

      store.verify(made);
      assertThat(mode(own)).contains("w");
    }
  }

  @Test
  void aFileOfAnotherVersionIsTakenAsItIs() throws IOException {
    try (ModelStore store = ModelStore.open(home)) {
      StoredVersion base = commit(store, ObjectName.model("base"), "weights");
      Path directory = staged(store, Map.of("config.json", "{\"a\":1}"));
      Files.createLink(directory.resolve(WEIGHTS), base.directory().resolve(WEIGHTS));

      StoredVersion made = store.commit(HERON, directory, VersionRecord.EMPTY);

      assertThat(inode(made.directory().resolve(WEIGHTS)))
          .isEqualTo(inode(base.directory().resolve(WEIGHTS)));
      store.verify(made);
      store.verify(base);
    }
  }

  @Test
  void whatTheIndexCannotTakeStaysWithItsOwner() throws Exception {
    try (ModelStore store = ModelStore.open(home)) {
      Path directory = staged(store, Map.of("a", "1", "b/c", "2"));
      SlowRows.refuse(home);

      assertThatThrownBy(() -> store.commit(HERON, directory, VersionRecord.EMPTY))
          .isInstanceOf(TenonException.class)
          .hasMessageContaining("store.db");
      assertThat(store.list(StoreQuery.ALL)).isEmpty();
      assertThat(directory.resolve("b").resolve("c")).hasContent("2");
      assertThat(home.resolve("trees")).isEmptyDirectory();

      SlowRows.allow(home);
      store.verify(store.commit(HERON, directory, VersionRecord.EMPTY));
    }
  }

  @Test
  void aDamagedTreeIsMadeWholeByAnEqualCommit() throws IOException {
    try (ModelStore store = ModelStore.open(home)) {
      StoredVersion made = commit(store, HERON, "weights");
      made.directory().toFile().setWritable(true);
      Files.delete(made.directory().resolve(WEIGHTS));

      StoredVersion again = commit(store, HERON, "weights");

      assertThat(again.digest()).isEqualTo(made.digest());
      store.verify(made);
    }
  }

  @Test
  void collectingTakesLeftoversAndNothingElse() throws IOException {
    try (ModelStore store = ModelStore.open(home)) {
      StoredVersion kept = commit(store, HERON, "weights");
      StoredVersion gone = commit(store, HERON, "x".repeat(MEGABYTE));
      StoredVersion twin = store.link(ObjectName.model("twin"), kept, VersionRecord.EMPTY);
      Files.createDirectories(home.resolve("trees").resolve("0".repeat(64)));
      Files.createDirectories(home.resolve("blobs").resolve("00"));
      Files.writeString(home.resolve("blobs").resolve("00").resolve(".half.tmp-1"), "half");
      Files.createDirectories(home.resolve("staging").resolve("1-1-dead").resolve("x"));
      Path mine = staged(store, Map.of("a", "1"));
      store.remove(gone.ref());

      Collected collected = store.collect();

      assertThat(collected.trees()).isEqualTo(2);
      assertThat(collected.blobs()).isEqualTo(2);
      assertThat(collected.sessions()).isEqualTo(1);
      assertThat(collected.bytes()).isBetween((long) MEGABYTE, MEGABYTE + 100L);
      store.verify(kept);
      store.verify(twin);
      assertThat(mine.resolve("a")).exists();
      assertThat(store.collect()).isEqualTo(new Collected(0, 0, 0, 0));
    }
    assertThat(home.resolve("staging")).isEmptyDirectory();
    assertThat(home.resolve("sessions")).isEmptyDirectory();
  }

  @Test
  void oneHomeMayBeOpenTwiceInOneProcess() throws IOException {
    try (ModelStore first = ModelStore.open(home)) {
      Path staged = staged(first, Map.of("a", "1"));
      try (ModelStore second = ModelStore.open(home)) {
        commit(second, HERON, "1");
        assertThat(second.collect().sessions()).isZero();
        assertThat(first.versions(HERON)).hasSize(1);
      }
      assertThat(first.collect().sessions()).isZero();
      first.verify(first.commit(HERON, staged, VersionRecord.EMPTY));
      assertThat(first.versions(HERON)).hasSize(2);
    }
  }

  @Test
  void aHomeMayHaveAnyName() throws IOException {
    assumeTrue("UTF-8".equals(System.getProperty("sun.jnu.encoding")), "file names are Unicode");
    for (String name : List.of("with space", "Modèle 日本語", "a?b=c&d", "50%41#x", "it's")) {
      Path odd = home.resolve(name).resolve("store");
      try (ModelStore store = ModelStore.open(odd)) {
        StoredVersion made = commit(store, HERON, Map.of("Größe 日本.txt", "1"));
        store.verify(made);
        assertThat(made.directory()).startsWith(odd.toRealPath());
      }
      assertThat(odd.resolve("store.db")).exists();
    }
  }
}
