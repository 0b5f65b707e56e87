package dev.tenon.catalog.internal.yaml;

/** A rule of reading that a text breaks. */
public enum YamlRule {
  /** It has at most so many bytes. */
  SIZE,
  /** It is UTF-8 without control characters. */
  ENCODING,
  /** It is YAML. */
  SYNTAX,
  /** It is one document. */
  MULTI_DOC,
  /** It says something. */
  EMPTY_DOCUMENT,
  /** Its top level is a mapping, and keys are texts. */
  TYPE,
  /** It is nested so deep at most. */
  DEPTH,
  /** It has so many nodes at most. */
  NODES,
  /** It has so many aliases at most, and none that contains itself. */
  ALIAS_LIMIT,
  /** A key stands once in a mapping. */
  DUPLICATE_KEY,
  /** Tags are those of the core schema. */
  TAG,
  /** There is no key {@code <<}. */
  MERGE_KEY
}
