package dev.tenon.catalog.source.git;

import dev.tenon.error.InvalidInputException;
import dev.tenon.internal.Problems;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What stands in git for a large file (git-lfs, docs/spec.md, version 1): three lines, {@code
 * version}, {@code oid} and {@code size}, each ended by a newline, below 1024 bytes in all.
 *
 * @param oid SHA-256 of the content in hexadecimal digits
 * @param bytes its size
 */
record LfsPointer(String oid, long bytes) {
  /** A pointer is smaller. */
  static final int LIMIT = 1024;

  private static final String START = "version https://git-lfs.github.com/spec/";
  private static final Pattern OID = Pattern.compile("oid sha256:([0-9a-f]{64})");
  private static final Pattern SIZE = Pattern.compile("size (0|[1-9][0-9]{0,17})");

  /** Whether content means to be a pointer. */
  static boolean startsLikeOne(byte[] content) {
    byte[] start = START.getBytes(StandardCharsets.US_ASCII);
    return content.length >= start.length
        && ByteBuffer.wrap(content, 0, start.length).equals(ByteBuffer.wrap(start));
  }

  /**
   * Reads a pointer.
   *
   * @param path of the file, for messages
   * @return empty if the content does not start like one
   * @throws InvalidInputException if it does, and breaks the rules
   */
  static Optional<LfsPointer> read(String path, byte[] content) {
    if (!startsLikeOne(content)) {
      return Optional.empty();
    }
    check(content.length < LIMIT, path, content.length + " bytes", "less than " + LIMIT);
    List<String> lines = List.of(text(path, content).split("\n", -1));
    check(lines.get(0).equals(START + "v1"), path, lines.get(0), START + "v1");
    check(lines.size() == 4 && lines.get(3).isEmpty(), path, "other lines", "version, oid, size");
    Matcher oid = OID.matcher(lines.get(1));
    check(oid.matches(), path, lines.get(1), "oid sha256: and 64 hexadecimal digits");
    Matcher size = SIZE.matcher(lines.get(2));
    check(size.matches(), path, lines.get(2), "size and decimal digits");
    return Optional.of(new LfsPointer(oid.group(1), Long.parseLong(size.group(1))));
  }

  private static String text(String path, byte[] content) {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(content)).toString();
    } catch (CharacterCodingException e) {
      throw new InvalidInputException(
          Problems.problem("LFS pointer " + path, "malformed", "text in UTF-8"), e);
    }
  }

  private static void check(boolean holds, String path, String found, String expected) {
    if (!holds) {
      String shown = found.replaceAll("\\p{C}", "?");
      String shorter = shown.length() > 100 ? shown.substring(0, 100) + "…" : shown;
      throw new InvalidInputException(Problems.problem("LFS pointer " + path, shorter, expected));
    }
  }
}
