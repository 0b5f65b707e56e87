package dev.tenon.nn.checkpoint;

import dev.tenon.checkpoint.Weights;
import dev.tenon.error.UnknownNameException;
import dev.tenon.internal.Problems;
import dev.tenon.model.Parameter;
import dev.tenon.nn.family.Architecture;
import dev.tenon.tensor.TensorData;
import java.util.Collections;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * Weights of a file whose names lack the family's prefix, as old files and those of a bare body do,
 * or have it where the network is a bare body, or call a norm's weight and bias gamma and beta:
 * under the names of the parameter table. transformers reads them so too. Immutable; as safe for
 * threads as the source.
 */
final class PrefixedWeights implements Weights {
  private final Weights source;
  private final SortedMap<String, String> sourceNames;

  private PrefixedWeights(Weights source, SortedMap<String, String> sourceNames) {
    this.source = source;
    this.sourceNames = sourceNames;
  }

  /** The source, renamed where that makes a name one of the table; else the source itself. */
  static Weights of(Architecture architecture, Weights source) {
    Set<String> table = new HashSet<>();
    architecture.parameters().stream().map(Parameter::name).forEach(table::add);
    SortedSet<String> present = source.names();
    SortedMap<String, String> sourceNames = new TreeMap<>();
    boolean renamed = false;
    for (String name : present) {
      String found =
          table.contains(name)
              ? name
              : spellings(architecture.prefix(), name)
                  .filter(x -> table.contains(x) && !present.contains(x))
                  .findFirst()
                  .orElse(name);
      sourceNames.put(found, name);
      renamed |= !found.equals(name);
    }
    return renamed ? new PrefixedWeights(source, sourceNames) : source;
  }

  /** What a name of a file may mean. */
  private static Stream<String> spellings(String prefix, String name) {
    String modern =
        name.replaceFirst("LayerNorm\\.gamma$", "LayerNorm.weight")
            .replaceFirst("LayerNorm\\.beta$", "LayerNorm.bias");
    return Stream.of(
        modern,
        prefix + modern,
        modern.startsWith(prefix) ? modern.substring(prefix.length()) : modern);
  }

  @Override
  public SortedSet<String> names() {
    return Collections.unmodifiableSortedSet(new TreeSet<>(sourceNames.keySet()));
  }

  @Override
  public Info info(String name) {
    return source.info(sourceName(name));
  }

  @Override
  public TensorData read(String name) {
    return source.read(sourceName(name));
  }

  @Override
  public Optional<Region> region(String name) {
    return source.region(sourceName(name));
  }

  private String sourceName(String name) {
    String found = sourceNames.get(name);
    if (found == null) {
      throw new UnknownNameException(
          Problems.problem("tensor", name, "one of " + sourceNames.keySet()));
    }
    return found;
  }
}
