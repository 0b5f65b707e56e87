package dev.tenon.testtiers;

import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.launcher.LauncherSession;
import org.junit.platform.launcher.LauncherSessionListener;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;

/**
 * Prints, for one module, a line per tier: tests run, failed and skipped with their reasons, and
 * minutes. Ends the run with an error when a required tier held a disabled test, which no extension
 * sees.
 */
public final class TierReport implements LauncherSessionListener, TestExecutionListener {
  private final Map<Tier, Tally> tallies = new TreeMap<>();
  private final Map<String, Tier> tiers = new ConcurrentHashMap<>();
  private final Map<String, Long> startNanos = new ConcurrentHashMap<>();
  private final Set<Tier> required = Tier.required();
  private volatile String violation = "";

  /** Starts with empty tallies. */
  public TierReport() {}

  @Override
  public void launcherSessionOpened(LauncherSession session) {
    session.getLauncher().registerTestExecutionListeners(this);
  }

  @Override
  public void launcherSessionClosed(LauncherSession session) {
    print();
    if (!violation.isEmpty()) {
      throw new IllegalStateException(violation);
    }
  }

  @Override
  public void executionStarted(TestIdentifier test) {
    tiers.put(test.getUniqueId(), tier(test));
    startNanos.put(test.getUniqueId(), System.nanoTime());
  }

  @Override
  public synchronized void executionSkipped(TestIdentifier test, String reason) {
    Tier tier = Tier.of(test.getTags());
    tally(tier).skip(reason);
    if (required.contains(tier)) {
      violation =
          "skipped: " + test.getDisplayName() + " (expected: tier " + tier.label() + " runs)";
    }
  }

  @Override
  public synchronized void executionFinished(TestIdentifier test, TestExecutionResult result) {
    Duration took = Duration.ofNanos(System.nanoTime() - startNanos.remove(test.getUniqueId()));
    boolean passed = result.getStatus() == TestExecutionResult.Status.SUCCESSFUL;
    // A container counts only when it stops its tests from running.
    if (test.isContainer() && passed) {
      return;
    }
    Tally tally = tally(tier(test));
    switch (result.getStatus()) {
      case SUCCESSFUL -> tally.run(took, false);
      case FAILED -> tally.run(took, true);
      case ABORTED ->
          tally.skip(result.getThrowable().map(Throwable::getMessage).orElse("aborted"));
    }
  }

  /** Tests that a factory makes have no tags of their own: they are of their factory's tier. */
  private Tier tier(TestIdentifier test) {
    Optional<Tier> parent = test.getParentId().map(tiers::get);
    return test.getTags().isEmpty() ? parent.orElse(Tier.of(Set.of())) : Tier.of(test.getTags());
  }

  private Tally tally(Tier tier) {
    return tallies.computeIfAbsent(tier, key -> new Tally());
  }

  private synchronized void print() {
    String module = System.getProperty("tenon.artifact", "tests");
    tallies.forEach((tier, tally) -> line(module, tier, tally.toString()));
    TierFilter.takeLeftOut()
        .forEach(
            (tier, count) ->
                line(
                    module,
                    tier,
                    count + " test methods not selected (-Dtenon.tiers=" + tier.label() + ")"));
  }

  private static void line(String module, Tier tier, String text) {
    System.out.printf(Locale.ROOT, "[tier %s] %s: %s%n", tier.label(), module, text);
  }
}
