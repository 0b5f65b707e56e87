package dev.tenon.catalog.spec;

/** The form of a description. */
public enum Dialect {
  /** Metadata of the Machine Learning eXchange. */
  MLX,
  /** Manifests of Substratus. */
  SUBSTRATUS,
  /** Models of dyff. */
  DYFF
}
