package dev.tenon.testtiers;

import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.platform.engine.FilterResult;
import org.junit.platform.engine.TestDescriptor;
import org.junit.platform.engine.UniqueId;
import org.junit.platform.engine.support.descriptor.MethodSource;
import org.junit.platform.launcher.PostDiscoveryFilter;

/** Keeps the tests of the selected tiers and counts the others. */
public final class TierFilter implements PostDiscoveryFilter {
  /** Ids of the methods left out; static because a service loader creates the filter. */
  private static final Map<Tier, Set<UniqueId>> LEFT_OUT = new ConcurrentHashMap<>();

  private final Set<Tier> selected = Tier.selected();

  /** Reads the selection from the system properties. */
  public TierFilter() {}

  /** How many test methods of each tier were left out since the last call. */
  static Map<Tier, Integer> takeLeftOut() {
    Map<Tier, Integer> counts = new TreeMap<>();
    LEFT_OUT.forEach((tier, ids) -> counts.put(tier, ids.size()));
    LEFT_OUT.clear();
    return counts;
  }

  @Override
  public FilterResult apply(TestDescriptor test) {
    // Only methods are judged: a class may hold tests of several tiers, and an empty one vanishes.
    boolean method = test.getSource().filter(MethodSource.class::isInstance).isPresent();
    Tier tier = Tier.of(test.getTags());
    if (!method || selected.contains(tier)) {
      return FilterResult.included("tier selected");
    }
    // Surefire discovers twice, so a set rather than a counter.
    LEFT_OUT.computeIfAbsent(tier, key -> ConcurrentHashMap.newKeySet()).add(test.getUniqueId());
    return FilterResult.excluded("tier not selected");
  }
}
