package dev.tenon.catalog.store;

import static dev.tenon.catalog.store.StoreFixture.HERON;
import static dev.tenon.catalog.store.StoreFixture.WEIGHTS;
import static dev.tenon.catalog.store.StoreFixture.commit;
import static dev.tenon.catalog.store.StoreFixture.staged;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenon.error.CheckpointException;
import dev.tenon.error.EngineClosedException;
import dev.tenon.error.InvalidInputException;
import dev.tenon.error.UnknownNameException;
import dev.tenon.internal.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The file is long because each method of the store has its cases beside each other. */
class ModelStoreTest {
  @TempDir private Path temporary;
  private ModelStore store;

  @BeforeEach
  void open() {
    store = ModelStore.open(temporary.resolve("home"));
  }

  @AfterEach
  void close() {
    store.close();
  }

  private static VersionRecord record() {
    Lineage lineage =
        Lineage.NONE
            .withOrigin(Map.of("kind", "hub", "revision", "main"))
            .withParams(Map.of("epochs", 3, "lr", 2e-5, "packed", true, "names", List.of("q", "v")))
            .withJob("job-1");
    return VersionRecord.EMPTY
        .withFramework("transformers")
        .withTasks(List.of("text-generation"))
        .withTags(Map.of("team", "birds"))
        .withMetrics(Map.of("eval_loss", 1.25))
        .withLineage(lineage);
  }

  @Test
  void aCommittedDirectoryIsFoundAgainWithItsRecord() throws IOException {
    Path directory = staged(store, Map.of("config.json", "{}", "onnx/" + WEIGHTS, "abc"));

    StoredVersion made = store.commit(HERON, directory, record());

    assertThat(made.number()).isEqualTo(1);
    assertThat(made.record()).isEqualTo(record());
    assertThat(store.resolve(VersionRef.latest(HERON))).isEqualTo(made);
    assertThat(Files.readString(made.directory().resolve("onnx").resolve(WEIGHTS)))
        .isEqualTo("abc");
    assertThat(directory).doesNotExist();
    store.verify(made);
  }

  @Test
  void recordsOutliveTheStoreThatWroteThem() {
    ParentVersion parent = commit(store, ObjectName.model("base"), "b").asParent();
    ParentVersion data = commit(store, ObjectName.dataset("recipes"), "d").asParent();
    Lineage lineage = record().lineage().withParent(parent).withDataset(data);
    StoredVersion made =
        store.commit(HERON, staged(store, Map.of("a", "1")), record().withLineage(lineage));
    store.close();

    store = ModelStore.open(temporary.resolve("home"));

    assertThat(store.resolve(made.ref())).isEqualTo(made);
    assertThat(store.resolve(made.ref()).record().lineage().parent()).contains(parent);
  }

  @Test
  void aDirectoryWithoutARunRecordGetsOneWithTheLineage() {
    StoredVersion made = store.commit(HERON, staged(store, Map.of("a", "1")), record());

    assertThat(Json.readObject(made.directory().resolve("tenon.json")).object("lineage").keys())
        .containsExactly("origin", "params", "job");
  }

  @Test
  void aRunRecordThatIsThereIsKept() throws IOException {
    StoredVersion made =
        store.commit(HERON, staged(store, Map.of("a", "1", "tenon.json", "{ }")), record());

    assertThat(Files.readString(made.directory().resolve("tenon.json"))).isEqualTo("{ }");
  }

  @Test
  void versionsCountUpAndLatestIsTheNewest() {
    commit(store, HERON, "1");
    commit(store, HERON, "2");

    assertThat(store.versions(HERON)).extracting(StoredVersion::number).containsExactly(1, 2);
    assertThat(store.resolve(VersionRef.latest(HERON)).number()).isEqualTo(2);
    assertThat(store.aliases(HERON)).containsExactly(Map.entry("latest", 2));
  }

  @Test
  void aModelADatasetAndAnotherNamespaceMayHaveOneName() {
    ObjectName shared = HERON.withNamespace("shared");
    commit(store, HERON, "1");
    commit(store, ObjectName.dataset("heron"), "2");
    commit(store, shared, "3");

    assertThat(store.versions(HERON)).hasSize(1);
    assertThat(store.list(StoreQuery.ALL))
        .extracting(StoredVersion::object)
        .containsExactly(HERON, shared, ObjectName.dataset("heron"));
  }

  @Test
  void anAliasMovesAndGoes() {
    commit(store, HERON, "1");
    commit(store, HERON, "2");
    VersionRef production = VersionRef.parse(ObjectKind.MODEL, "heron:production");

    store.alias(HERON, "production", 1);
    assertThat(store.resolve(production).number()).isEqualTo(1);
    store.alias(HERON, "production", 2);
    assertThat(store.aliases(HERON)).containsEntry("production", 2).containsEntry("latest", 2);
    store.unalias(HERON, "production");

    assertThat(store.find(production)).isEmpty();
  }

  @Test
  void anAliasNeedsAFreeNameAndAVersion() {
    commit(store, HERON, "1");

    for (String alias : List.of("latest", "3", "", "a b", "../x", "nul")) {
      assertThatThrownBy(() -> store.alias(HERON, alias, 1))
          .isInstanceOf(InvalidInputException.class);
    }
    assertThatThrownBy(() -> store.alias(HERON, "production", 2))
        .isInstanceOf(UnknownNameException.class);
    assertThatThrownBy(() -> store.unalias(HERON, "production"))
        .isInstanceOf(UnknownNameException.class);
  }

  @Test
  void whatIsUnknownIsToldWithWhatThereIs() {
    commit(store, HERON, "1");
    store.alias(HERON, "production", 1);

    assertThatThrownBy(() -> store.resolve(VersionRef.parse(ObjectKind.MODEL, "herron")))
        .isInstanceOf(UnknownNameException.class)
        .hasMessage("model: herron (expected: one of [heron]; heron?)");
    assertThatThrownBy(() -> store.resolve(VersionRef.of(HERON, 7)))
        .isInstanceOf(UnknownNameException.class)
        .hasMessage(
            "version of heron: 7 (expected: a version 1 to 1 or one of [latest, production])");
    assertThatThrownBy(() -> store.resolve(VersionRef.parse(ObjectKind.MODEL, "heron:producton")))
        .hasMessageEndingWith("[latest, production]; production?)");
    assertThat(store.find(VersionRef.parse(ObjectKind.DATASET, "heron"))).isEmpty();
    assertThat(store.versions(ObjectName.model("other"))).isEmpty();
    assertThat(store.aliases(ObjectName.model("other"))).isEmpty();
  }

  @Test
  void aLinkIsAnotherNameForTheSameTree() {
    StoredVersion base = commit(store, ObjectName.model("base"), "weights");

    StoredVersion linked = store.link(HERON, base, record());

    assertThat(linked.directory()).isEqualTo(base.directory());
    assertThat(linked.record()).isEqualTo(record());
    assertThatThrownBy(() -> store.remove(base.ref()))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("link default/heron:1");
    store.remove(linked.ref());
    store.remove(base.ref());
    assertThatThrownBy(() -> store.link(HERON, base, record()))
        .isInstanceOf(UnknownNameException.class);
  }

  @Test
  void aRemovedVersionsNumberIsNotGivenAgain() {
    commit(store, HERON, "1");
    commit(store, HERON, "2");

    store.remove(VersionRef.of(HERON, 2));

    assertThat(store.resolve(VersionRef.latest(HERON)).number()).isEqualTo(1);
    assertThat(commit(store, HERON, "3").number()).isEqualTo(3);
  }

  @Test
  void aVersionWithAnAliasIsNotRemoved() {
    StoredVersion made = commit(store, HERON, "1");
    store.alias(HERON, "production", 1);

    assertThatThrownBy(() -> store.remove(made.ref()))
        .isInstanceOf(InvalidInputException.class)
        .hasMessage("heron:1: held by [alias production] (expected: a version that nothing holds)");
    store.unalias(HERON, "production");
    store.remove(made.ref());
    assertThat(store.versions(HERON)).isEmpty();
  }

  @Test
  void aLeasedVersionIsNotRemovedUntilTheLeaseIsClosed() {
    StoredVersion made = commit(store, HERON, "1");

    try (Lease lease = store.lease(made);
        ModelStore other = ModelStore.open(store.home())) {
      assertThat(lease.version()).isEqualTo(made);
      assertThatThrownBy(() -> other.remove(made.ref())).hasMessageContaining("lease of process");
      lease.close();
      other.remove(made.ref());
    }
    assertThatThrownBy(() -> store.lease(made)).isInstanceOf(UnknownNameException.class);
  }

  @Test
  void verifyNamesWhatChanged() throws IOException {
    StoredVersion made = commit(store, HERON, Map.of("a.txt", "1", "b.txt", "2", "c.txt", "3"));
    made.directory().toFile().setWritable(true);
    made.directory().resolve("a.txt").toFile().setWritable(true);
    Files.writeString(made.directory().resolve("a.txt"), "X");
    Files.delete(made.directory().resolve("b.txt"));
    Files.writeString(made.directory().resolve("d.txt"), "4");

    assertThatThrownBy(() -> store.verify(made))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("a.txt: ")
        .hasMessageContaining("b.txt: missing")
        .hasMessageContaining("d.txt: not of the version")
        .hasMessageNotContaining("c.txt");
  }

  @Test
  void metricsAndParametersThatJsonCannotHoldAreRefused() {
    assertThatThrownBy(() -> VersionRecord.EMPTY.withMetrics(Map.of("loss", Double.NaN)))
        .isInstanceOf(InvalidInputException.class);
    for (Object value : Arrays.asList(Double.POSITIVE_INFINITY, new Object(), Optional.of(1))) {
      assertThatThrownBy(() -> Lineage.NONE.withParams(Map.of("x", value)))
          .isInstanceOf(InvalidInputException.class);
    }
  }

  @Test
  void threadsCommitListAndCollectAtOnce() throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(5);
    try {
      List<Future<?>> work = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        String weights = "w" + i % 2;
        work.add(
            threads.submit(
                () -> {
                  for (int j = 0; j < 8; j++) {
                    StoredVersion made = commit(store, HERON, weights);
                    store.alias(HERON, weights, made.number());
                    assertThat(store.list(StoreQuery.ALL)).contains(made);
                  }
                }));
      }
      work.add(threads.submit(() -> assertThat(store.collect().trees()).isZero()));
      for (Future<?> each : work) {
        each.get();
      }
    } finally {
      threads.shutdownNow();
    }
    List<StoredVersion> all = store.versions(HERON);
    assertThat(all)
        .extracting(StoredVersion::number)
        .containsExactlyElementsOf(IntStream.rangeClosed(1, 32).boxed().toList());
    all.forEach(store::verify);
    assertThat(store.collect().trees()).isZero();
  }

  @Test
  void aClosedStoreSaysSo() {
    Lease lease = store.lease(commit(store, HERON, "1"));
    store.close();
    store.close();
    lease.close();

    assertThatThrownBy(() -> store.versions(HERON)).isInstanceOf(EngineClosedException.class);
    assertThatThrownBy(store::newStaging).isInstanceOf(EngineClosedException.class);
    assertThatThrownBy(store::collect).isInstanceOf(EngineClosedException.class);
  }
}
