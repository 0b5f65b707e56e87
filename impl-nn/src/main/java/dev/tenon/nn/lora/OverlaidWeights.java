package dev.tenon.nn.lora;

import dev.tenon.checkpoint.Weights;
import dev.tenon.tensor.TensorData;
import java.util.Collections;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * Weights, and others that come before them or beside them. Immutable; as safe for threads as both.
 *
 * @param base the weights below
 * @param over wins where both have a name
 */
record OverlaidWeights(Weights base, Weights over) implements Weights {
  @Override
  public SortedSet<String> names() {
    SortedSet<String> names = new TreeSet<>(base.names());
    names.addAll(over.names());
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
    return over.names().contains(name) ? over : base;
  }
}
