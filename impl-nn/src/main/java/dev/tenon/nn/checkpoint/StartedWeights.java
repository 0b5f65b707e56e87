package dev.tenon.nn.checkpoint;

import dev.tenon.checkpoint.Weights;
import dev.tenon.model.EmbeddingHead;
import dev.tenon.model.EmbeddingHead.Pooling;
import dev.tenon.model.Parameter;
import dev.tenon.nn.family.Architecture;
import dev.tenon.nn.family.HeadKeys;
import dev.tenon.tensor.TensorData;
import java.util.Collections;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Collectors;

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

  /**
   * What may start from nothing: a new head that is no language model, which without its own would
   * know no language; a pooler that nothing reads, which some files leave out.
   */
  static Set<String> names(
      Architecture architecture, Optional<EmbeddingHead> embedding, boolean newHead) {
    boolean mayStart =
        embedding
            .map(x -> x.pooling() != Pooling.POOLER)
            .orElse(newHead && HeadKeys.mayStart(architecture.head()));
    return architecture.parameters().stream()
        .map(Parameter::name)
        .filter(x -> mayStart && HeadKeys.ofNewHead(x))
        .collect(Collectors.toSet());
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
