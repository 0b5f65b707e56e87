package dev.tenon.catalog.store;

import static dev.tenon.catalog.store.StoreFixture.HERON;
import static dev.tenon.catalog.store.StoreFixture.staged;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenon.error.InvalidInputException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StoreQueryTest {
  private static final StoreQuery ALL = StoreQuery.ALL;

  @TempDir private Path home;
  private ModelStore store;

  @BeforeEach
  void open() {
    store = ModelStore.open(home);
  }

  @AfterEach
  void close() {
    store.close();
  }

  private List<String> found(StoreQuery query) {
    return store.list(query).stream().map(x -> x.ref().text()).toList();
  }

  private static VersionRecord record(String framework, String task, String tag, double loss) {
    return VersionRecord.EMPTY
        .withFramework(framework)
        .withTasks(List.of(task, "feature-extraction"))
        .withTags(Map.of("team", tag))
        .withMetrics(Map.of("eval_loss", loss));
  }

  private void fill() {
    StoredVersion first =
        store.commit(
            HERON,
            staged(store, Map.of("a", "1")),
            record("transformers", "translation", "birds", 2));
    store.link(HERON, first, record("transformers", "summarization", "birds", 1.5));
    store.link(ObjectName.model("Osprey_5"), first, record("onnx", "translation", "fish", 1));
    store.link(HERON.withNamespace("shared"), first, VersionRecord.EMPTY);
    store.link(ObjectName.dataset("herons"), first, VersionRecord.EMPTY);
  }

  @Test
  void eachConditionFinds() {
    fill();

    assertThat(found(ALL))
        .containsExactly("Osprey_5:1", "heron:1", "heron:2", "shared/heron:1", "herons:1");
    assertThat(found(ALL.withKind(ObjectKind.DATASET))).containsExactly("herons:1");
    assertThat(found(ALL.withNamespace("shared"))).containsExactly("shared/heron:1");
    assertThat(found(ALL.withPrefix("heron").withKind(ObjectKind.MODEL)))
        .containsExactly("heron:1", "heron:2", "shared/heron:1");
    assertThat(found(ALL.withText("sPREY"))).containsExactly("Osprey_5:1");
    assertThat(found(ALL.withTask("translation"))).containsExactly("Osprey_5:1", "heron:1");
    assertThat(found(ALL.withFramework("onnx"))).containsExactly("Osprey_5:1");
    assertThat(found(ALL.withTag("team", "birds"))).containsExactly("heron:1", "heron:2");
    assertThat(found(ALL.withMetric(MetricBound.atMost("eval_loss", 1.5))))
        .containsExactly("Osprey_5:1", "heron:2");
    assertThat(found(ALL.withLimit(2))).containsExactly("Osprey_5:1", "heron:1");
  }

  @Test
  void allConditionsHaveToHold() {
    fill();

    assertThat(
            found(
                ALL.withMetric(MetricBound.atLeast("eval_loss", 1.5))
                    .withMetric(MetricBound.atMost("eval_loss", 1.7))
                    .withTask("feature-extraction")))
        .containsExactly("heron:2");
    assertThat(found(ALL.withNewestOnly().withTag("team", "birds"))).containsExactly("heron:2");
    assertThat(found(ALL.withNewestOnly().withTask("translation"))).containsExactly("Osprey_5:1");
    assertThat(found(ALL.withTag("team", "birds").withFramework("onnx"))).isEmpty();
  }

  @Test
  void valuesAreNeverReadAsSqlOrPatterns() {
    fill();

    for (String text : List.of("' OR 1=1 --", "%", "Osprey%", "\"; DROP TABLE version; --")) {
      assertThat(found(ALL.withText(text))).isEmpty();
      assertThat(found(ALL.withPrefix(text))).isEmpty();
      assertThat(found(ALL.withTask(text))).isEmpty();
      assertThat(found(ALL.withTag(text, text))).isEmpty();
    }
    assertThat(found(ALL)).hasSize(5);
  }

  @Test
  void aLimitIsPositiveAndABoundFinite() {
    assertThatThrownBy(() -> ALL.withLimit(0)).isInstanceOf(InvalidInputException.class);
    assertThatThrownBy(() -> MetricBound.atLeast("x", Double.NaN))
        .isInstanceOf(InvalidInputException.class);
  }

  @Tag("soak")
  @Test
  void tenThousandVersions() {
    StoredVersion base = store.commit(HERON, staged(store, Map.of("a", "1")), VersionRecord.EMPTY);
    for (int i = 0; i < 10_000; i++) {
      VersionRecord record =
          record(i % 2 == 0 ? "transformers" : "onnx", "text-generation", "t" + i % 10, i)
              .withLineage(
                  Lineage.NONE
                      .withParent(base.asParent())
                      .withOrigin(Map.of("kind", "hub", "revision", "main"))
                      .withParams(Map.of("lr", 2e-5, "epochs", 3)));
      store.link(HERON, base, record);
    }
    assertThat(store.versions(HERON)).hasSize(10_001);

    print("list of all", ALL);
    print("list of 1,000 by tag", ALL.withTag("team", "t3"));
    print("list of 100 by metric", ALL.withMetric(MetricBound.atMost("eval_loss", 99)));
    print("list of the newest", ALL.withNewestOnly());
    print("first 50", ALL.withLimit(50));
    System.out.printf(
        "store: versions(name) of 10,001: median %.1f ms%n", median(() -> store.versions(HERON)));
    System.out.printf(
        "store: list of all by a store opened for it: median %.1f ms%n",
        median(
            () -> {
              try (ModelStore other = ModelStore.open(home)) {
                other.list(ALL);
              }
            }));
  }

  private void print(String what, StoreQuery query) {
    System.out.printf(
        "store: %s: %d versions, median %.1f ms%n",
        what, store.list(query).size(), median(() -> store.list(query)));
  }

  private static double median(Runnable work) {
    double[] millis = new double[21];
    for (int i = 0; i < millis.length; i++) {
      long start = System.nanoTime();
      work.run();
      millis[i] = (System.nanoTime() - start) / 1e6;
    }
    Arrays.sort(millis);
    return millis[millis.length / 2];
  }
}
