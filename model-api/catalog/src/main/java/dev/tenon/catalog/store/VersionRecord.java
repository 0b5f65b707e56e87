package dev.tenon.catalog.store;

import dev.tenon.error.InvalidInputException;
import dev.tenon.internal.Problems;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What a version is, to be searched by, and how it was made.
 *
 * @param framework {@code transformers} and the like
 * @param tasks ids of HuggingFace's tasks
 * @param tags the user's own words
 * @param metrics finite numbers by name, {@code eval_loss}
 * @param lineage how it was made
 */
public record VersionRecord(
    Optional<String> framework,
    List<String> tasks,
    Map<String, String> tags,
    Map<String, Double> metrics,
    Lineage lineage) {
  /** Nothing is known. */
  public static final VersionRecord EMPTY =
      new VersionRecord(Optional.empty(), List.of(), Map.of(), Map.of(), Lineage.NONE);

  /**
   * Copies; names are sorted, a task given twice is kept once.
   *
   * @throws InvalidInputException if a metric is not finite
   */
  public VersionRecord {
    tasks = tasks.stream().distinct().toList();
    tags = Collections.unmodifiableMap(new TreeMap<>(tags));
    metrics = Collections.unmodifiableMap(new TreeMap<>(metrics));
    Problems problems = new Problems();
    metrics.forEach(
        (name, value) ->
            problems.check(Double.isFinite(value), "metric " + name, value, "a finite number"));
    problems.throwIfAny(InvalidInputException::new);
  }

  /** With another framework. */
  public VersionRecord withFramework(String other) {
    return new VersionRecord(Optional.of(other), tasks, tags, metrics, lineage);
  }

  /** With other tasks. */
  public VersionRecord withTasks(List<String> others) {
    return new VersionRecord(framework, others, tags, metrics, lineage);
  }

  /** With other tags. */
  public VersionRecord withTags(Map<String, String> others) {
    return new VersionRecord(framework, tasks, others, metrics, lineage);
  }

  /** With other metrics. */
  public VersionRecord withMetrics(Map<String, Double> others) {
    return new VersionRecord(framework, tasks, tags, others, lineage);
  }

  /** With another lineage. */
  public VersionRecord withLineage(Lineage other) {
    return new VersionRecord(framework, tasks, tags, metrics, other);
  }
}
