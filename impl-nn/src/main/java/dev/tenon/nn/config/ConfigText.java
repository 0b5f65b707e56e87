package dev.tenon.nn.config;

import java.util.Set;

/**
 * Changes strings of a JSON object in its text, so that every other byte of the file stays as its
 * author wrote it. The text is valid JSON, as {@link ConfigFile} has checked.
 */
public final class ConfigText {
  private final String json;
  private int at;

  private ConfigText(String json) {
    this.json = json;
  }

  /**
   * The text with another string under some keys of its top level, where these hold a string or
   * null.
   *
   * @param value without characters that JSON escapes
   */
  public static String replace(String json, Set<String> keys, String value) {
    return new ConfigText(json).replace(keys, value);
  }

  private String replace(Set<String> keys, String value) {
    StringBuilder out = new StringBuilder();
    int copied = 0;
    int depth = 0;
    boolean key = false;
    while (at < json.length()) {
      char c = json.charAt(at);
      if (c == '"') {
        String string = string();
        if (key && depth == 1 && keys.contains(string)) {
          skipToValue();
          int start = at;
          if (skipStringOrNull()) {
            out.append(json, copied, start).append('"').append(value).append('"');
            copied = at;
          }
        }
        key = false;
        continue;
      }
      depth += c == '{' || c == '[' ? 1 : c == '}' || c == ']' ? -1 : 0;
      key = c == '{' || c == ',' || (key && c != ':');
      at++;
    }
    return out.append(json, copied, json.length()).toString();
  }

  /** Steps over a string and returns what stands between its quotes. */
  private String string() {
    int start = ++at;
    while (json.charAt(at) != '"') {
      at += json.charAt(at) == '\\' ? 2 : 1;
    }
    return json.substring(start, at++);
  }

  private void skipToValue() {
    while (json.charAt(at) == ':' || Character.isWhitespace(json.charAt(at))) {
      at++;
    }
  }

  private boolean skipStringOrNull() {
    if (json.charAt(at) == '"') {
      string();
      return true;
    }
    boolean isNull = json.startsWith("null", at);
    at += isNull ? 4 : 0;
    return isNull;
  }
}
