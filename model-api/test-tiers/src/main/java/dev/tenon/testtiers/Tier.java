package dev.tenon.testtiers;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;
import org.junit.platform.engine.TestTag;

/** What a test needs around it. */
enum Tier {
  /** A JDK and nothing else. */
  JAVA,
  /** A Python with torch and transformers. */
  PYTHON,
  /** Servers, such as PostgreSQL or MLflow. */
  SERVERS,
  /** Hours. */
  SOAK;

  /** The tier's name in tags and properties. */
  String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** The tiers to run, from {@code tenon.tiers}. */
  static Set<Tier> selected() {
    Set<Tier> selected = read("tenon.tiers");
    return selected.isEmpty() ? EnumSet.of(JAVA) : selected;
  }

  /** The tiers in which nothing may be skipped, from {@code tenon.require}. */
  static Set<Tier> required() {
    return read("tenon.require");
  }

  /** The tier of a test with these tags; with several, the most demanding one. */
  static Tier of(Set<TestTag> tags) {
    return Arrays.stream(values())
        .filter(tier -> tags.contains(TestTag.create(tier.label())))
        .reduce(JAVA, (first, second) -> second);
  }

  private static Set<Tier> read(String property) {
    Set<Tier> tiers = EnumSet.noneOf(Tier.class);
    for (String word : System.getProperty(property, "").split(",", -1)) {
      if (!word.isBlank()) {
        tiers.add(parse(property, word.strip()));
      }
    }
    return tiers;
  }

  private static Tier parse(String property, String word) {
    return Arrays.stream(values())
        .filter(tier -> tier.label().equals(word))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    property + ": " + word + " (expected: java, python, servers or soak)"));
  }
}
