package dev.tenon.cli;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonParseException;
import com.google.gson.ToNumberPolicy;
import dev.tenon.error.InvalidInputException;
import java.util.Map;

/** JSON to and from maps, lists, strings, numbers and booleans. Safe for threads. */
public final class JsonText {
  private static final Gson GSON =
      new GsonBuilder()
          .setObjectToNumberStrategy(ToNumberPolicy.LONG_OR_DOUBLE)
          .disableHtmlEscaping()
          .serializeSpecialFloatingPointValues()
          .create();

  private JsonText() {}

  /**
   * Reads one object.
   *
   * @param where for messages
   * @throws InvalidInputException if the text is no JSON object
   */
  public static Map<?, ?> object(String where, String text) {
    try {
      Map<?, ?> object = GSON.fromJson(text, Map.class);
      if (object != null) {
        return object;
      }
    } catch (JsonParseException e) {
      throw new InvalidInputException(
          where + ": " + e.getMessage() + " (expected: a JSON object)", e);
    }
    throw new InvalidInputException(where + ": empty (expected: a JSON object)");
  }

  /** One line. A double that is no number is written as NaN, which Python reads. */
  public static String write(Object value) {
    return GSON.toJson(value);
  }
}
