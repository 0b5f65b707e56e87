package dev.tenon.catalog.spec;

import java.util.LinkedHashMap;
import java.util.Map;

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
  /** As a tree of JSON values: code, path, line, column and message. */
  public Map<String, Object> toMap() {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("code", code.name());
    json.put("path", path);
    json.put("line", (long) line);
    json.put("column", (long) column);
    json.put("message", sentence);
    return json;
  }

  /** {@code file:line:column: path: CODE: sentence}. */
  @Override
  public String toString() {
    return file + ":" + line + ":" + column + ": " + path + ": " + code + ": " + sentence;
  }
}
