package dev.tenon.catalog.store;

import dev.tenon.error.InvalidInputException;
import dev.tenon.internal.Problems;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Which versions to list; all that is given has to hold.
 *
 * @param kind only models, or only datasets
 * @param namespace only this one
 * @param prefix how the name starts, case matters
 * @param text what the name holds, case does not matter
 * @param task one of its tasks
 * @param framework its framework
 * @param tags tags it has, with these values
 * @param metrics bounds its metrics keep
 * @param newestOnly only versions that are the newest of their name
 * @param limit most versions, ≥ 1
 */
public record StoreQuery(
    Optional<ObjectKind> kind,
    Optional<String> namespace,
    Optional<String> prefix,
    Optional<String> text,
    Optional<String> task,
    Optional<String> framework,
    Map<String, String> tags,
    List<MetricBound> metrics,
    boolean newestOnly,
    int limit) {
  /** Everything. */
  public static final StoreQuery ALL =
      new StoreQuery(
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          Map.of(),
          List.of(),
          false,
          Integer.MAX_VALUE);

  /**
   * Copies.
   *
   * @throws InvalidInputException if the limit is below 1
   */
  public StoreQuery {
    tags = Collections.unmodifiableMap(new TreeMap<>(tags));
    metrics = List.copyOf(metrics);
    if (limit < 1) {
      throw new InvalidInputException(Problems.problem("limit", limit, "≥ 1"));
    }
  }

  /** Only one kind. */
  public StoreQuery withKind(ObjectKind only) {
    return new StoreQuery(
        Optional.of(only),
        namespace,
        prefix,
        text,
        task,
        framework,
        tags,
        metrics,
        newestOnly,
        limit);
  }

  /** Only one namespace. */
  public StoreQuery withNamespace(String only) {
    return new StoreQuery(
        kind, Optional.of(only), prefix, text, task, framework, tags, metrics, newestOnly, limit);
  }

  /** Only names that start so. */
  public StoreQuery withPrefix(String start) {
    return new StoreQuery(
        kind,
        namespace,
        Optional.of(start),
        text,
        task,
        framework,
        tags,
        metrics,
        newestOnly,
        limit);
  }

  /** Only names that hold this. */
  public StoreQuery withText(String part) {
    return new StoreQuery(
        kind,
        namespace,
        prefix,
        Optional.of(part),
        task,
        framework,
        tags,
        metrics,
        newestOnly,
        limit);
  }

  /** Only versions for a task. */
  public StoreQuery withTask(String one) {
    return new StoreQuery(
        kind,
        namespace,
        prefix,
        text,
        Optional.of(one),
        framework,
        tags,
        metrics,
        newestOnly,
        limit);
  }

  /** Only versions of a framework. */
  public StoreQuery withFramework(String only) {
    return new StoreQuery(
        kind, namespace, prefix, text, task, Optional.of(only), tags, metrics, newestOnly, limit);
  }

  /** Only versions with one more tag. */
  public StoreQuery withTag(String tag, String value) {
    Map<String, String> more = new TreeMap<>(tags);
    more.put(tag, value);
    return new StoreQuery(
        kind, namespace, prefix, text, task, framework, more, metrics, newestOnly, limit);
  }

  /** Only versions whose metric keeps one more bound. */
  public StoreQuery withMetric(MetricBound bound) {
    List<MetricBound> more = new ArrayList<>(metrics);
    more.add(bound);
    return new StoreQuery(
        kind, namespace, prefix, text, task, framework, tags, more, newestOnly, limit);
  }

  /** Only the newest version of each name. */
  public StoreQuery withNewestOnly() {
    return new StoreQuery(
        kind, namespace, prefix, text, task, framework, tags, metrics, true, limit);
  }

  /** At most so many. */
  public StoreQuery withLimit(int most) {
    return new StoreQuery(
        kind, namespace, prefix, text, task, framework, tags, metrics, newestOnly, most);
  }
}
