package dev.tenon.checkpoint;

import dev.tenon.tensor.TensorData;
import java.util.Collections;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;

/** The tensors of a source whose names begin with a prefix, under their names without it. */
record Prefixed(Weights source, String prefix) implements Weights {
  @Override
  public SortedSet<String> names() {
    SortedSet<String> names = new TreeSet<>();
    for (String name : source.names()) {
      if (name.startsWith(prefix)) {
        names.add(name.substring(prefix.length()));
      }
    }
    return Collections.unmodifiableSortedSet(names);
  }

  @Override
  public Info info(String name) {
    return source.info(prefix + name);
  }

  @Override
  public TensorData read(String name) {
    return source.read(prefix + name);
  }

  @Override
  public Optional<Region> region(String name) {
    return source.region(prefix + name);
  }
}
