package dev.tenon.internal;

import com.google.gson.Strictness;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import java.io.CharArrayReader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads one text; the rules are those of {@link Json}. Used once, by one thread. */
final class StrictParser {
  /** The only way in which gson tells where it stands. */
  private static final Pattern PLACE =
      Pattern.compile(" at line (\\d+) column (\\d+) path (.*)", Pattern.DOTALL);

  private final String source;
  private final char[] text;
  private final JsonReader reader;

  StrictParser(byte[] utf8, String source, int depth) {
    this.source = source;
    this.text = decode(utf8, source);
    this.reader = new JsonReader(new CharArrayReader(text));
    reader.setStrictness(Strictness.STRICT);
    reader.setNestingLimit(depth);
  }

  private static char[] decode(byte[] utf8, String source) {
    if (utf8.length >= 3
        && utf8[0] == (byte) 0xef
        && utf8[1] == (byte) 0xbb
        && utf8[2] == (byte) 0xbf) {
      throw new JsonException(Problems.problem(source, "byte order mark", "UTF-8 without one"), 0);
    }
    // The default action of a new decoder is to report what is malformed.
    CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder();
    ByteBuffer in = ByteBuffer.wrap(utf8);
    CharBuffer out = CharBuffer.allocate(utf8.length);
    CoderResult result = decoder.decode(in, out, true);
    if (result.isError()) {
      throw new JsonException(
          Problems.problem(source, "byte " + in.position() + " is malformed", "UTF-8"),
          in.position());
    }
    return Arrays.copyOf(out.array(), out.position());
  }

  @Nullable Object parse() {
    try {
      Object value = value();
      if (reader.peek() != JsonToken.END_DOCUMENT) {
        throw problem("more text", "one JSON value");
      }
      return value;
    } catch (IOException | IllegalStateException | NumberFormatException e) {
      String message = String.valueOf(e.getMessage());
      Matcher place = PLACE.matcher(message);
      String what = place.find() ? message.substring(0, place.start()) : message;
      JsonException located = problem(what, "strict JSON");
      located.initCause(e);
      throw located;
    }
  }

  private @Nullable Object value() throws IOException {
    return switch (reader.peek()) {
      case BEGIN_OBJECT -> object();
      case BEGIN_ARRAY -> array();
      case STRING -> checked(reader.nextString());
      case NUMBER -> new JsonNumber(reader.nextString());
      case BOOLEAN -> reader.nextBoolean();
      case NULL -> {
        reader.nextNull();
        yield null;
      }
      default -> throw problem(String.valueOf(reader.peek()), "a JSON value");
    };
  }

  private Map<String, @Nullable Object> object() throws IOException {
    Map<String, @Nullable Object> members = new LinkedHashMap<>();
    reader.beginObject();
    while (reader.hasNext()) {
      String name = checked(reader.nextName());
      if (members.containsKey(name)) {
        throw problem("duplicate key " + name, "each key once");
      }
      members.put(name, value());
    }
    reader.endObject();
    return members;
  }

  private List<@Nullable Object> array() throws IOException {
    List<@Nullable Object> elements = new ArrayList<>();
    reader.beginArray();
    while (reader.hasNext()) {
      elements.add(value());
    }
    reader.endArray();
    return elements;
  }

  /** A string with half a surrogate pair cannot be written as UTF-8 again. */
  private String checked(String string) {
    for (int i = 0; i < string.length(); i++) {
      char c = string.charAt(i);
      if (Character.isHighSurrogate(c)
          && i + 1 < string.length()
          && Character.isLowSurrogate(string.charAt(i + 1))) {
        i++;
      } else if (Character.isSurrogate(c)) {
        throw problem("half a surrogate pair", "Unicode text");
      }
    }
    return string;
  }

  private JsonException problem(String what, String expected) {
    Matcher place = PLACE.matcher(reader.toString());
    if (!place.find()) {
      return new JsonException(Problems.problem(source, what, expected), 0);
    }
    int line = Integer.parseInt(place.group(1));
    int column = Integer.parseInt(place.group(2));
    String where = source + ":" + line + ":" + column + ": " + place.group(3);
    return new JsonException(Problems.problem(where, what, expected), offset(line, column));
  }

  /** gson counts lines and columns of chars from 1. */
  private long offset(int line, int column) {
    int at = 0;
    for (int seen = 1; seen < line && at < text.length; at++) {
      if (text[at] == '\n') {
        seen++;
      }
    }
    int end = Math.min(at + column - 1, text.length);
    return StandardCharsets.UTF_8.encode(CharBuffer.wrap(text, 0, end)).remaining();
  }
}
