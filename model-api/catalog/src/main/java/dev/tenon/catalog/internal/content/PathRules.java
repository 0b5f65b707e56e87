package dev.tenon.catalog.internal.content;

import dev.tenon.catalog.spec.SpecNames;
import dev.tenon.error.InvalidInputException;
import dev.tenon.internal.Problems;
import java.nio.charset.StandardCharsets;
import java.text.Normalizer;
import java.util.Collection;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/** Paths that every system can hold, so that a version can be taken anywhere. */
public final class PathRules {
  private static final int MOST_BYTES = 255;
  private static final int MOST_SHOWN = 20;
  private static final int UNREADABLE = 0xFFFD;

  private static final String RULE =
      "a relative path whose parts have 1 to 255 bytes, no control character, \\ or drive letter,"
          + " no dot or space last, and are no device of Windows";

  private PathRules() {}

  /**
   * Checks all paths of a tree, parts between slashes.
   *
   * @throws InvalidInputException naming those that some system cannot hold, or takes for the same
   */
  public static void check(Collection<String> paths) {
    Problems problems = new Problems();
    Map<String, String> spelled = new HashMap<>();
    int shown = 0;
    for (String path : paths) {
      boolean good = isPortable(path);
      String other = good ? other(path, spelled) : "";
      if ((!good || !other.isEmpty()) && shown++ < MOST_SHOWN) {
        problems.check(good, "path", visible(path), RULE);
        problems.check(
            other.isEmpty(),
            "path",
            path,
            "differing from " + other + " by more than case or form");
      }
    }
    problems.throwIfAny(InvalidInputException::new);
  }

  private static boolean isPortable(String path) {
    if (!SpecNames.staysInside(path)) {
      return false;
    }
    for (String part : path.split("/", -1)) {
      boolean last = part.endsWith(".") || part.endsWith(" ");
      boolean strange =
          part.codePoints().anyMatch(c -> Character.isISOControl(c) || c == UNREADABLE);
      int bytes = part.getBytes(StandardCharsets.UTF_8).length;
      if (part.isEmpty() || last || strange || bytes > MOST_BYTES || isForeign(part)) {
        return false;
      }
    }
    return true;
  }

  private static boolean isForeign(String part) {
    return SpecNames.isDevice(part) || !SpecNames.staysInside(part);
  }

  /** The path, or a directory of it, that was there before in another spelling; else empty. */
  private static String other(String path, Map<String, String> spelled) {
    for (int end = path.indexOf('/'); ; end = path.indexOf('/', end + 1)) {
      String part = end < 0 ? path : path.substring(0, end);
      String before = spelled.putIfAbsent(folded(part), part);
      if (before != null && !before.equals(part)) {
        return before;
      }
      if (end < 0) {
        return "";
      }
    }
  }

  private static String folded(String path) {
    String upper = Normalizer.normalize(path, Normalizer.Form.NFC).toUpperCase(Locale.ROOT);
    return Normalizer.normalize(upper.toLowerCase(Locale.ROOT), Normalizer.Form.NFC);
  }

  private static String visible(String path) {
    StringBuilder text = new StringBuilder();
    path.codePoints()
        .forEach(
            c ->
                text.append(
                    Character.isISOControl(c)
                        ? String.format(Locale.ROOT, "\\u%04x", c)
                        : Character.toString(c)));
    return text.toString();
  }
}
