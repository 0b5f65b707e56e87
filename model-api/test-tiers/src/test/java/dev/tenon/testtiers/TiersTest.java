package dev.tenon.testtiers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import java.util.Map;
import java.util.Properties;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Disabled;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.platform.launcher.LauncherSession;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;
import org.junit.platform.launcher.listeners.TestExecutionSummary;
import org.opentest4j.TestAbortedException;

class TiersTest {
  /** Run by the tests below only: Surefire leaves nested classes alone. */
  static class Mixed {
    @Test
    void plain() {}

    @Test
    @Tag("python")
    void aborts() {
      assumeTrue(false, "no interpreter");
    }

    @Test
    @Tag("servers")
    void serves() {}
  }

  static class Elsewhere {
    @Test
    @Tag("python")
    void doesNotApply() {
      throw new TestAbortedException("does not apply: a backend without it");
    }
  }

  static class Off {
    @Test
    @Tag("python")
    @Disabled("later")
    void disabled() {}
  }

  private final Properties before = (Properties) System.getProperties().clone();

  @AfterEach
  void restoreProperties() {
    System.setProperties(before);
  }

  @Test
  void runsTheJavaTierByDefault() {
    assertThat(run(Mixed.class, Map.of()).getTestsSucceededCount()).isEqualTo(1);
  }

  @Test
  void runsTheSelectedTiers() {
    TestExecutionSummary summary = run(Mixed.class, Map.of("tiers", "java, servers"));
    assertThat(summary.getTestsSucceededCount()).isEqualTo(2);
    assertThat(summary.getTestsFoundCount()).isEqualTo(2);
  }

  @Test
  void anAssumptionSkipsInAnOptionalTier() {
    assertThat(run(Mixed.class, Map.of("tiers", "python")).getTestsAbortedCount()).isEqualTo(1);
  }

  @Test
  void anAssumptionFailsInARequiredTier() {
    TestExecutionSummary summary = run(Mixed.class, Map.of("tiers", "python", "require", "python"));
    assertThat(summary.getFailures())
        .singleElement()
        .satisfies(
            failure ->
                assertThat(failure.getException())
                    .hasMessageContaining("no interpreter (expected: tier python runs)"));
  }

  @Test
  void whatDoesNotApplyIsSkippedInARequiredTierToo() {
    Map<String, String> required = Map.of("tiers", "python", "require", "python");
    assertThat(run(Elsewhere.class, required).getTestsAbortedCount()).isEqualTo(1);
  }

  @Test
  void aDisabledTestOfARequiredTierEndsTheRun() {
    assertThatThrownBy(() -> run(Off.class, Map.of("tiers", "python", "require", "python")))
        .hasMessageContaining("skipped: disabled() (expected: tier python runs)");
  }

  @Test
  void anUnknownTierIsRefused() {
    assertThatThrownBy(() -> run(Mixed.class, Map.of("tiers", "pyhton")))
        .rootCause()
        .hasMessage("tenon.tiers: pyhton (expected: java, python, servers or soak)");
  }

  private static TestExecutionSummary run(Class<?> tests, Map<String, String> properties) {
    System.setProperty("tenon.artifact", "sample of TiersTest");
    // This very run may have been given its own tiers.
    System.clearProperty("tenon.tiers");
    System.clearProperty("tenon.require");
    properties.forEach((name, value) -> System.setProperty("tenon." + name, value));
    SummaryGeneratingListener listener = new SummaryGeneratingListener();
    try (LauncherSession session = LauncherFactory.openSession()) {
      session
          .getLauncher()
          .execute(
              LauncherDiscoveryRequestBuilder.request().selectors(selectClass(tests)).build(),
              listener);
    }
    return listener.getSummary();
  }
}
