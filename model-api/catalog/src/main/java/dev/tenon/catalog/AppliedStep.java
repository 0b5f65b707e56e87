package dev.tenon.catalog;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What applying did for one description.
 *
 * @param kind of the description
 * @param name of the description
 * @param action what was done last, or would be
 * @param version the version that came of it, {@code heron:2}
 * @param error why it came no farther
 */
public record AppliedStep(
    String kind, String name, Action action, Optional<String> version, Optional<String> error) {
  /** What may be done. */
  public enum Action {
    /** All is as described. */
    UNCHANGED,
    /** It is registered, and there is nothing to do for it. */
    REGISTERED,
    /** Files were brought, or linked. */
    FETCHED,
    /** A training or job made a version. */
    TRAINED,
    /** It waits for another description, or for a user. */
    WAITING,
    /** Something went wrong. */
    FAILED
  }

  /** As a tree of JSON values. */
  public Map<String, @Nullable Object> toMap() {
    Map<String, @Nullable Object> json = new LinkedHashMap<>();
    json.put("kind", kind);
    json.put("name", name);
    json.put("action", action.name().toLowerCase(Locale.ROOT));
    json.put("version", version.orElse(null));
    json.put("error", error.orElse(null));
    return json;
  }

  /** {@code Model heron: fetched heron:1}. */
  @Override
  public String toString() {
    return kind
        + " "
        + name
        + ": "
        + action.name().toLowerCase(Locale.ROOT)
        + version.map(x -> " " + x).orElse("")
        + error.map(x -> ": " + x).orElse("");
  }
}
