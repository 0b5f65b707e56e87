package dev.tenon.catalog;

/**
 * One error or warning about a description.
 *
 * @param file as it was given
 * @param line of the key or value, from 1; for a field that is missing, of the nearest key above it
 * @param column from 1
 * @param path keys joined by dots, list positions as {@code [0]}; empty for the document itself
 * @param sentence what was found and what is allowed; never a secret's value
 */
public record SpecProblem(
    String file, int line, int column, String path, SpecCode code, String sentence) {
  /** {@code file:line:column: path: CODE: sentence}. */
  @Override
  public String toString() {
    return file + ":" + line + ":" + column + ": " + path + ": " + code + ": " + sentence;
  }
}
