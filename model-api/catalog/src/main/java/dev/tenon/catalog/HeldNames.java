package dev.tenon.catalog;

import dev.tenon.catalog.spec.ModelSpec;
import dev.tenon.catalog.spec.SpecKey;
import dev.tenon.catalog.spec.SpecKind;
import dev.tenon.catalog.spec.SpecLookup;
import dev.tenon.catalog.spec.SpecReader;
import dev.tenon.catalog.store.ObjectKind;
import dev.tenon.catalog.store.ObjectName;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** What a catalog has under a name: a description, or a model that is in the store without one. */
record HeldNames(Descriptions descriptions) implements SpecLookup {
  @Override
  public Optional<ModelSpec> find(SpecKey key) {
    String namespace = key.namespace().orElse(ObjectName.DEFAULT_NAMESPACE);
    String name = namespace + "/" + key.identifier();
    return descriptions
        .find(key.kind(), name)
        .map(Description::spec)
        .or(() -> stored(key, namespace));
  }

  private Optional<ModelSpec> stored(SpecKey key, String namespace) {
    boolean there =
        key.kind() == SpecKind.MODEL
            && !descriptions
                .store()
                .versions(new ObjectName(ObjectKind.MODEL, namespace, key.identifier()))
                .isEmpty();
    return there ? Optional.of(place(key.identifier())) : Optional.empty();
  }

  /** A description that says no more than the name. */
  private static ModelSpec place(String name) {
    String text = "kind: Model\nmetadata: {name: " + name + "}\nspec: {}\n";
    return SpecReader.lenient().read(name, text.getBytes(StandardCharsets.UTF_8));
  }
}
