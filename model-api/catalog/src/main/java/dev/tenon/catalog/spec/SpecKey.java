package dev.tenon.catalog.spec;

import java.util.Optional;

/**
 * What a catalogue tells descriptions apart by: a Server may have the name of the Model that it
 * serves.
 *
 * @param identifier a safe name
 */
public record SpecKey(Optional<String> namespace, SpecKind kind, String identifier) {
  /** That of a description. */
  public static SpecKey of(ModelSpec spec) {
    return new SpecKey(spec.name().namespace(), spec.kind(), spec.name().identifier());
  }

  /** {@code Kind namespace/identifier}. */
  @Override
  public String toString() {
    return kind.label() + " " + namespace.map(x -> x + "/").orElse("") + identifier;
  }
}
