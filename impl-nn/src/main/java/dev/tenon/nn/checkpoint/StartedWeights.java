package dev.tenon.nn.checkpoint;

import dev.tenon.checkpoint.Weights;
import dev.tenon.tensor.TensorData;
import java.util.Collections;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * A source's tensors, and some that it lacks as a start. Immutable; as safe for threads as the
 * source.
 */
final class StartedWeights implements Weights {
  private final Weights source;
  private final Weights start;
  private final Set<String> started;

  /**
   * Adds tensors.
   *
   * @param start values for the names that the source lacks
   * @param names those that may be added
   */
  StartedWeights(Weights source, Weights start, Set<String> names) {
    this.source = source;
    this.start = start;
    Set<String> lacking = new TreeSet<>(names);
    lacking.removeAll(source.names());
    this.started = Set.copyOf(lacking);
  }

  @Override
  public SortedSet<String> names() {
    SortedSet<String> names = new TreeSet<>(source.names());
    names.addAll(started);
    return Collections.unmodifiableSortedSet(names);
  }

  @Override
  public Info info(String name) {
    return of(name).info(name);
  }

  @Override
  public TensorData read(String name) {
    return of(name).read(name);
  }

  @Override
  public Optional<Region> region(String name) {
    return of(name).region(name);
  }

  private Weights of(String name) {
    return started.contains(name) ? start : source;
  }
}
