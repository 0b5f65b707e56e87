package dev.tenon.catalog.spec;

import java.util.Optional;

/** The descriptions that a catalogue holds already. */
@FunctionalInterface
public interface SpecLookup {
  /** Holds nothing. */
  SpecLookup NONE = key -> Optional.empty();

  /** The description of a name, if there is one. */
  Optional<ModelSpec> find(SpecKey key);
}
