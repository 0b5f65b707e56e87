package dev.tenon.catalog.store;

import dev.tenon.catalog.spec.SpecNames;
import dev.tenon.error.InvalidInputException;
import dev.tenon.internal.Problems;

/**
 * What versions are kept under.
 *
 * @param kind a model and a dataset may have the same name
 * @param namespace an identifier, {@link #DEFAULT_NAMESPACE} where none is given
 * @param name an identifier
 */
public record ObjectName(ObjectKind kind, String namespace, String name) {
  /** The namespace of names without one. */
  public static final String DEFAULT_NAMESPACE = "default";

  static final String RULE =
      "1 to 128 of A-Z a-z 0-9 . _ -, a letter or digit first, no dot last, no device of Windows";

  /**
   * Checks both names.
   *
   * @throws InvalidInputException if one is no identifier
   */
  public ObjectName {
    Problems problems = new Problems();
    problems.check(SpecNames.isIdentifier(namespace), "namespace", namespace, RULE);
    problems.check(SpecNames.isIdentifier(name), "name", name, RULE);
    problems.throwIfAny(InvalidInputException::new);
  }

  /** A model in the default namespace. */
  public static ObjectName model(String name) {
    return new ObjectName(ObjectKind.MODEL, DEFAULT_NAMESPACE, name);
  }

  /** A dataset in the default namespace. */
  public static ObjectName dataset(String name) {
    return new ObjectName(ObjectKind.DATASET, DEFAULT_NAMESPACE, name);
  }

  /** The same name in another namespace. */
  public ObjectName withNamespace(String other) {
    return new ObjectName(kind, other, name);
  }

  /** {@code heron}, or {@code shared/heron} in another namespace than the default one. */
  public String text() {
    return namespace.equals(DEFAULT_NAMESPACE) ? name : namespace + "/" + name;
  }
}
