package dev.tenon.catalog.internal.yaml;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;

/** The text of a document. */
final class YamlText {
  private static final int MAX_BYTES = 1 << 20;
  private static final char BYTE_ORDER_MARK = '\uFEFF';

  private YamlText() {}

  /** Of its bytes, without byte order mark. */
  static String of(byte[] bytes) {
    if (bytes.length > MAX_BYTES) {
      throw new YamlFault(
          YamlRule.SIZE,
          "",
          Place.START,
          bytes.length + " bytes are too many (at most " + MAX_BYTES + ")");
    }
    String text = decode(bytes);
    String body = text.startsWith(String.valueOf(BYTE_ORDER_MARK)) ? text.substring(1) : text;
    refuseControls(body);
    return body;
  }

  private static String decode(byte[] bytes) {
    try {
      return UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException e) {
      throw new YamlFault(YamlRule.ENCODING, "", Place.START, "the bytes are not UTF-8");
    }
  }

  private static void refuseControls(String text) {
    int line = 1;
    int column = 1;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      boolean control = Character.isISOControl(c) && c != '\t' && c != '\n' && c != '\r';
      if (control || c == '\uFFFE' || c == '\uFFFF') {
        throw new YamlFault(
            YamlRule.ENCODING,
            "",
            new Place(line, column),
            String.format("U+%04X is a control character", (int) c));
      }
      column = c == '\n' ? 1 : column + 1;
      line += c == '\n' ? 1 : 0;
    }
  }
}
