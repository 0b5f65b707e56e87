package dev.tenon.catalog.store;

import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * How a version was made.
 *
 * @param parent the version it was trained from, or is a copy of
 * @param dataset what it was trained on
 * @param origin where its files came from, {@code kind}, {@code url}, {@code revision} and the
 *     like; never a secret
 * @param params of the run: text, numbers, booleans, null, lists and maps of these. Whole numbers
 *     become {@code Long}, others {@code Double}
 * @param job id of the run
 */
public record Lineage(
    Optional<ParentVersion> parent,
    Optional<ParentVersion> dataset,
    Map<String, String> origin,
    Map<String, @Nullable Object> params,
    Optional<String> job) {
  /** Nothing is known. */
  public static final Lineage NONE =
      new Lineage(Optional.empty(), Optional.empty(), Map.of(), Map.of(), Optional.empty());

  /**
   * Copies.
   *
   * @throws dev.tenon.error.InvalidInputException if a parameter is none of the named types
   */
  public Lineage {
    origin = Collections.unmodifiableMap(new TreeMap<>(origin));
    params = JsonValues.copy(params);
  }

  /** With another parent. */
  public Lineage withParent(ParentVersion other) {
    return new Lineage(Optional.of(other), dataset, origin, params, job);
  }

  /** With another dataset. */
  public Lineage withDataset(ParentVersion other) {
    return new Lineage(parent, Optional.of(other), origin, params, job);
  }

  /** With another origin. */
  public Lineage withOrigin(Map<String, String> other) {
    return new Lineage(parent, dataset, other, params, job);
  }

  /** With other parameters. */
  public Lineage withParams(Map<String, @Nullable Object> others) {
    return new Lineage(parent, dataset, origin, others, job);
  }

  /** With another run. */
  public Lineage withJob(String other) {
    return new Lineage(parent, dataset, origin, params, Optional.of(other));
  }
}
