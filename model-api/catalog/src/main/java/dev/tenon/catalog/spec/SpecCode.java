package dev.tenon.catalog.spec;

/** What is wrong with a description, or worth a word. */
public enum SpecCode {
  /** A required field is absent. */
  MISSING,
  /** A required field is present and empty. */
  EMPTY,
  /** Another YAML type than the field's. */
  TYPE,
  /** The right type, but a value that is not allowed. */
  VALUE,
  /** No safe name. */
  NAME,
  /** Two fields exclude each other. */
  CONFLICT,
  /** A store or model of that name does not exist. */
  REFERENCE,
  /** A model is, over any number of steps, its own source. */
  CYCLE,
  /** The same kind and name twice in one catalogue. */
  DUPLICATE_NAME,
  /** No function is declared, or not the one that is asked for. */
  NO_FUNCTION,
  /** Neither MLX nor Substratus nor dyff. */
  UNKNOWN_DIALECT,
  /** More bytes than a description may have. */
  SIZE,
  /** Not UTF-8, or with control characters. */
  ENCODING,
  /** Not YAML. */
  SYNTAX,
  /** More than one document. */
  MULTI_DOC,
  /** No document. */
  EMPTY_DOCUMENT,
  /** Nested deeper than allowed. */
  DEPTH,
  /** More nodes than allowed. */
  NODES,
  /** More aliases than allowed, or one that contains itself. */
  ALIAS_LIMIT,
  /** A key twice in one mapping. */
  DUPLICATE_KEY,
  /** A tag that is none of YAML's core schema. */
  TAG,
  /** The key {@code <<}. */
  MERGE_KEY,
  /** A warning: an empty text replaces a default. */
  EMPTY_OVERRIDES_DEFAULT,
  /** A warning, in strict mode an error: nobody reads the field. */
  UNKNOWN_FIELD,
  /** A warning: an older spelling was read. */
  LEGACY_FIELD,
  /** A warning: a secret stands in the text. */
  INLINE_SECRET,
  /** A warning: readable, but a function that it declares cannot be launched yet. */
  INCOMPLETE,
  /** A warning: a task that is not in HuggingFace's list. */
  UNKNOWN_TASK
}
