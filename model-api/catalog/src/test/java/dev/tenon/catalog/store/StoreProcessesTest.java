package dev.tenon.catalog.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.error.InvalidInputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Several processes at one home, some of them killed. */
@DisabledOnOs(OS.WINDOWS)
class StoreProcessesTest {
  private static final long SEED = 20_240_817;

  @TempDir private Path temporary;
  private Path home;

  @BeforeEach
  void home() throws IOException {
    home = Files.createDirectory(temporary.resolve("home"));
  }

  @Test
  void twoProcessesCommitAndAliasAtOnce() throws Exception {
    fill(60);
  }

  @Tag("soak")
  @Test
  void twoProcessesCommitAndAliasFiveHundredTimesAtOnce() throws Exception {
    fill(500);
  }

  private void fill(int each) throws Exception {
    long start = System.nanoTime();
    Process a = ChildJvm.start(StoreChurn.class, home, "a", SEED, each, "fill");
    Process b = ChildJvm.start(StoreChurn.class, home, "b", SEED + 1, each, "fill");
    CompletableFuture<List<String>> linesOfA = CompletableFuture.supplyAsync(() -> lines(a));
    Witness witness = new Witness();
    witness.hear(lines(b));
    witness.hear(linesOfA.get());
    double seconds = (System.nanoTime() - start) / 1e9;

    assertThat(witness.commits()).isEqualTo(2 * each);
    try (ModelStore store = ModelStore.open(home)) {
      List<StoredVersion> all = store.list(StoreQuery.ALL);
      assertThat(all).hasSize(2 * each);
      for (ObjectName name : all.stream().map(StoredVersion::object).distinct().toList()) {
        List<Integer> numbers = store.versions(name).stream().map(StoredVersion::number).toList();
        assertThat(numbers.get(numbers.size() - 1)).isEqualTo(numbers.size());
      }
      witness.check(store);
      assertThat(store.collect().trees()).isZero();
      witness.check(store);
      Witness.checkNothingIsLeft(store);
    }
    System.out.printf(
        "store: 2 processes x %d commits and %d aliases in %.1f s%n", each, each, seconds);
  }

  private static List<String> lines(Process jvm) {
    try {
      return ChildJvm.lines(jvm);
    } catch (IOException | InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void killedProcessesLeaveNothingLostAndNothingHalfVisible() throws Exception {
    kill(6);
  }

  @Tag("soak")
  @Test
  void fiftyKilledProcessesLeaveNothingLostAndNothingHalfVisible() throws Exception {
    kill(50);
  }

  /** In each round one process is killed while another goes on, and then this one as well. */
  private void kill(int kills) throws Exception {
    Random random = new Random(SEED);
    Witness witness = new Witness();
    Collected leftovers = new Collected(0, 0, 0, 0);
    for (int round = 0; round < kills / 2; round++) {
      List<Process> churns = new ArrayList<>();
      List<Path> told = new ArrayList<>();
      for (String name : List.of("a", "b")) {
        Path output = temporary.resolve(name + round);
        long seed = random.nextLong();
        churns.add(
            ChildJvm.startInto(
                output, StoreChurn.class, home, name, seed, Integer.MAX_VALUE, "churn"));
        told.add(output);
      }
      for (int i = 0; i < churns.size(); i++) {
        awaitReady(churns.get(i), told.get(i));
        churns.get(i).waitFor(50 + random.nextInt(1000), TimeUnit.MILLISECONDS);
        churns.get(i).destroyForcibly().waitFor();
      }
      for (Path output : told) {
        witness.hear(ChildJvm.wholeLines(output));
      }
      leftovers = sum(leftovers, afterwards(witness));
    }
    System.out.printf(
        "store: %d kills (seed %d), %d commits told and held, left behind: %s%n",
        kills, SEED, witness.commits(), leftovers);
    assertThat(witness.commits()).isPositive();
    assertThat(leftovers.sessions()).isPositive();
  }

  private static void awaitReady(Process churn, Path output) throws Exception {
    while (!ChildJvm.wholeLines(output).contains("ready")) {
      assertThat(churn.isAlive()).isTrue();
      TimeUnit.MILLISECONDS.sleep(10);
    }
  }

  private static Collected sum(Collected a, Collected b) {
    return new Collected(
        a.trees() + b.trees(),
        a.blobs() + b.blobs(),
        a.sessions() + b.sessions(),
        a.bytes() + b.bytes());
  }

  private Collected afterwards(Witness witness) throws IOException {
    try (ModelStore store = ModelStore.open(home)) {
      witness.check(store);
      Collected leftovers = store.collect();
      witness.check(store);
      Witness.checkNothingIsLeft(store);
      return leftovers;
    }
  }

  @Test
  void aCollectionNeverTakesWhatAnotherProcessCommits() throws Exception {
    Process filling = ChildJvm.start(StoreChurn.class, home, "a", SEED, 40, "fill");
    CompletableFuture<List<String>> told = CompletableFuture.supplyAsync(() -> lines(filling));
    Witness witness = new Witness();
    int collections = 0;
    try (ModelStore store = ModelStore.open(home)) {
      while (filling.isAlive()) {
        StoredVersion made = StoreFixture.commit(store, StoreFixture.HERON, "t" + collections % 3);
        store.remove(made.ref());
        store.collect();
        collections++;
      }
      witness.hear(told.get());
      witness.check(store);
      store.collect();
      witness.check(store);
      Witness.checkNothingIsLeft(store);
    }
    assertThat(witness.commits()).isEqualTo(40);
    assertThat(collections).isPositive();
  }

  @Test
  void aProcessKilledBetweenItsFilesAndItsRowsLeavesNoVersion() throws Exception {
    try (ModelStore store = ModelStore.open(home)) {
      SlowRows.on(home);
      Process churn = ChildJvm.start(StoreChurn.class, home, "a", SEED, 1, "fill");
      while (isEmpty(home.resolve("trees"))) {
        assertThat(churn.isAlive()).isTrue();
        TimeUnit.MILLISECONDS.sleep(5);
      }
      churn.destroyForcibly().waitFor();
      SlowRows.off(home);

      assertThat(store.list(StoreQuery.ALL)).isEmpty();
      assertThat(isEmpty(home.resolve("trees"))).isFalse();
      // The same process again makes the same tree.
      Witness witness = new Witness();
      witness.hear(lines(ChildJvm.start(StoreChurn.class, home, "a", SEED, 1, "fill")));
      witness.check(store);
      assertThat(store.list(StoreQuery.ALL)).hasSize(1);
      assertThat(store.collect().trees()).isZero();
      Witness.checkNothingIsLeft(store);
    }
  }

  private static boolean isEmpty(Path directory) throws IOException {
    try (Stream<Path> children = Files.list(directory)) {
      return children.findAny().isEmpty();
    }
  }

  @Test
  void aLeaseHoldsWhileItsProcessLives() throws Exception {
    try (ModelStore store = ModelStore.open(home)) {
      StoredVersion made = StoreFixture.commit(store, StoreFixture.HERON, "1");
      Process holder = ChildJvm.start(StoreHolder.class, home, "heron:1");
      ChildJvm.await(holder, "held");

      assertThat(refusal(store, made)).contains("lease of process " + holder.pid());
      assertThat(store.collect().sessions()).isZero();
      store.verify(made);

      holder.destroyForcibly().waitFor();
      assertThat(refusal(store, made)).isEmpty();
      assertThat(store.collect())
          .extracting(Collected::trees, Collected::sessions)
          .containsExactly(1, 1);
      assertThat(Files.exists(made.directory())).isFalse();
    }
  }

  /** Removes, or tells why not. */
  private static String refusal(ModelStore store, StoredVersion version) {
    try {
      store.remove(version.ref());
      return "";
    } catch (InvalidInputException e) {
      return e.getMessage();
    }
  }
}
