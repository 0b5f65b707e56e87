package dev.tenon.modelinterface.data;

import dev.tenon.error.InvalidInputException;
import dev.tenon.internal.Json;
import dev.tenon.internal.Problems;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One line of a JSON Lines file: its number, from 1, and the members of its object. */
record JsonLine(long number, Map<String, @Nullable Object> members) implements TextRow {
  static JsonLine parse(long number, byte[] utf8) {
    return new JsonLine(number, Json.parseObject(utf8, "JSON").toMap());
  }

  boolean has(String key) {
    return members.containsKey(key);
  }

  /** The texts under some keys; all that are missing or no text are reported together. */
  List<String> texts(String... keys) {
    return texts(List.of(keys));
  }

  @Override
  public List<String> texts(List<String> keys) {
    Problems problems = new Problems();
    List<String> texts = new ArrayList<>();
    for (String key : keys) {
      if (members.get(key) instanceof String text) {
        texts.add(text);
      } else {
        problems.add(key, has(key) ? Json.compact(members.get(key)) : "missing", "a string");
      }
    }
    problems.throwIfAny(InvalidInputException::new);
    return texts;
  }

  @Override
  public List<String> labels(String key) {
    Object value = members.get(key);
    List<?> values = value instanceof List<?> list ? list : Collections.singletonList(value);
    List<String> labels = new ArrayList<>();
    for (Object each : values) {
      if (!(each instanceof String) && !(each instanceof Number)) {
        throw new InvalidInputException(
            Problems.problem(
                key,
                has(key) ? Json.compact(value) : "missing",
                "a string, a number or a list of these"));
      }
      labels.add(each.toString());
    }
    return labels;
  }

  @Override
  public String place(String key) {
    return key;
  }
}
