package dev.tenon.catalog;

import dev.tenon.catalog.spec.ModelSpec;
import dev.tenon.catalog.spec.SpecKind;
import dev.tenon.catalog.store.ObjectKind;
import dev.tenon.catalog.store.ObjectName;
import dev.tenon.catalog.store.Registration;

/**
 * A description that is registered.
 *
 * @param spec what it says
 * @param registration its text, and how far the catalog got with it
 */
public record Description(ModelSpec spec, Registration registration) {
  /** What the store calls the files that it describes; those of a job are its destination's. */
  public ObjectName object() {
    ObjectKind kind = spec.kind() == SpecKind.DATASET ? ObjectKind.DATASET : ObjectKind.MODEL;
    String name =
        spec.job().flatMap(ModelSpec.Job::destinationModel).orElse(spec.name().identifier());
    return new ObjectName(kind, namespace(), name);
  }

  /** Its namespace, {@link ObjectName#DEFAULT_NAMESPACE} if it names none. */
  public String namespace() {
    return spec.name().namespace().orElse(ObjectName.DEFAULT_NAMESPACE);
  }

  /**
   * Its name among descriptions of its kind; the namespace stands before it unless it is default.
   */
  public String name() {
    String name = spec.name().identifier();
    return namespace().equals(ObjectName.DEFAULT_NAMESPACE) ? name : namespace() + "/" + name;
  }
}
