package dev.tenon.chat;

import dev.tenon.error.InvalidInputException;
import dev.tenon.internal.Problems;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One message of a conversation. Immutable.
 *
 * @param fields what a template may read: {@code role}, {@code content} and, where a template knows
 *     them, others such as {@code tool_calls} or {@code reasoning_content}, as JSON values in their
 *     order. A field that is null counts as absent, as in HuggingFace transformers
 */
public record Message(Map<String, Object> fields) {
  /**
   * Copies and checks.
   *
   * @throws InvalidInputException if there is no text under {@code role}, or a value is none of
   *     JSON
   */
  public Message {
    Map<String, Object> copy = new LinkedHashMap<>();
    fields.forEach(
        (name, value) -> {
          if (value != null) {
            copy.put(name, JsonCopy.of("message." + name, value));
          }
        });
    if (!(copy.get("role") instanceof String)) {
      throw new InvalidInputException(
          Problems.problem("message.role", copy.get("role"), "a string such as user"));
    }
    fields = Collections.unmodifiableMap(copy);
  }

  /** A message of a role, such as {@code system}, {@code user} or {@code assistant}. */
  public Message(String role, String content) {
    this(inOrder(role, content));
  }

  private static Map<String, Object> inOrder(String role, String content) {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("role", role);
    fields.put("content", content);
    return fields;
  }

  /** What a person says. */
  public static Message user(String content) {
    return new Message("user", content);
  }

  /** What the model says. */
  public static Message assistant(String content) {
    return new Message("assistant", content);
  }

  /** What holds for the whole conversation. */
  public static Message system(String content) {
    return new Message("system", content);
  }

  /** Who says it. */
  public String role() {
    return String.valueOf(fields.get("role"));
  }

  /** The text; empty if the content is no text, such as a list of parts. */
  public String content() {
    return fields.get("content") instanceof String text ? text : "";
  }

  /** Copies of JSON values that nobody can change. */
  static final class JsonCopy {
    private JsonCopy() {}

    static Object of(String what, Object value) {
      if (value instanceof String || value instanceof Boolean || value instanceof Number) {
        return value;
      } else if (value instanceof List<?> items) {
        List<@Nullable Object> copy = new ArrayList<>();
        items.forEach(x -> copy.add(x == null ? null : of(what, x)));
        return Collections.unmodifiableList(copy);
      } else if (value instanceof Map<?, ?> map) {
        Map<String, @Nullable Object> copy = new LinkedHashMap<>();
        map.forEach((key, x) -> copy.put(String.valueOf(key), x == null ? null : of(what, x)));
        return Collections.unmodifiableMap(copy);
      }
      throw new InvalidInputException(
          Problems.problem(
              what, value.getClass().getName(), "text, number, boolean, list, map or null"));
    }
  }
}
