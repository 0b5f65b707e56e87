package dev.tenon.modelinterface.data;

import dev.tenon.error.InvalidInputException;
import dev.tenon.internal.Problems;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** One line of a JSON Lines file: its number, from 1, and its object. */
record JsonLine(long number, Map<String, Object> object) {
  static JsonLine parse(long number, byte[] utf8) {
    return new JsonLine(number, object(text(utf8)));
  }

  boolean has(String key) {
    return object.containsKey(key);
  }

  /** The texts under some keys; all that are missing or no text are reported together. */
  List<String> texts(String... keys) {
    Problems problems = new Problems();
    List<String> texts = new ArrayList<>();
    for (String key : keys) {
      Object value = object.getOrDefault(key, "missing");
      boolean valid = has(key) && value instanceof String text && isUnicode(text);
      problems.check(valid, key, value, "a text");
      texts.add(String.valueOf(value));
    }
    problems.throwIfAny(InvalidInputException::new);
    return texts;
  }

  private static boolean isUnicode(String text) {
    return StandardCharsets.UTF_8.newEncoder().canEncode(text);
  }

  private static String text(byte[] utf8) {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(utf8)).toString();
    } catch (CharacterCodingException e) {
      throw new InvalidInputException(Problems.problem("line", "malformed bytes", "UTF-8"), e);
    }
  }

  private static Map<String, Object> object(String text) {
    throw new UnsupportedOperationException(text);
  }
}
