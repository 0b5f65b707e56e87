package dev.tenon.catalog.internal.transfer;

import dev.tenon.error.InvalidInputException;
import dev.tenon.internal.Problems;
import java.text.Normalizer;
import java.util.Collection;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * Which names of a server's files may become files here, on any system: relative, slashes between
 * their parts, none of which climbs, is a device or ends with a dot or space; no two that one file
 * system would take for the same.
 */
public final class RelativePaths {
  private static final int LONGEST = 1024;
  private static final int LONGEST_PART = 255;
  private static final int DEEPEST = 32;
  private static final Pattern DEVICE =
      Pattern.compile("(?i)(con|prn|aux|nul|com[1-9]|lpt[1-9])([.].*)?");

  private RelativePaths() {}

  /**
   * Checks all paths of one tree.
   *
   * @param where whose files they are, for the message
   * @throws InvalidInputException naming the first that may not be
   */
  public static void check(String where, Collection<String> paths) {
    Map<String, String> folded = new TreeMap<>();
    for (String path : paths) {
      if (!isSafe(path)) {
        throw refused(where, path, "a relative path below it");
      }
      String other = folded.put(fold(path), path);
      if (other != null) {
        throw refused(where, path, "a name that differs from " + shown(other));
      }
    }
    for (Map.Entry<String, String> each : folded.entrySet()) {
      String key = each.getKey();
      for (int slash = key.indexOf('/'); slash >= 0; slash = key.indexOf('/', slash + 1)) {
        String file = folded.get(key.substring(0, slash));
        if (file != null) {
          throw refused(where, each.getValue(), "a directory where " + shown(file) + " is a file");
        }
      }
    }
  }

  /** Whether one path may be. */
  public static boolean isSafe(String path) {
    String[] parts = path.split("/", -1);
    if (path.length() > LONGEST || parts.length > DEEPEST || path.matches("[A-Za-z]:.*")) {
      return false;
    }
    for (String part : parts) {
      if (!isSafePart(part)) {
        return false;
      }
    }
    return true;
  }

  private static boolean isSafePart(String part) {
    boolean plain = part.chars().noneMatch(x -> x < ' ' || x == 0x7f || x == '\\' || x == 0xfffd);
    boolean whole = part.codePoints().noneMatch(x -> x >= 0xd800 && x <= 0xdfff);
    return !part.isEmpty()
        && part.length() <= LONGEST_PART
        && plain
        && whole
        && !part.endsWith(".")
        && !part.endsWith(" ")
        && !DEVICE.matcher(part).matches();
  }

  private static String fold(String path) {
    return Normalizer.normalize(path, Normalizer.Form.NFC)
        .toUpperCase(Locale.ROOT)
        .toLowerCase(Locale.ROOT);
  }

  private static InvalidInputException refused(String where, String path, String expected) {
    return new InvalidInputException(Problems.problem("file of " + where, shown(path), expected));
  }

  /** For messages: short and printable. */
  static String shown(String path) {
    String printable = path.replaceAll("\\p{Cntrl}|\\p{Cf}", "?");
    return printable.length() <= 200 ? printable : printable.substring(0, 200) + "…";
  }
}
