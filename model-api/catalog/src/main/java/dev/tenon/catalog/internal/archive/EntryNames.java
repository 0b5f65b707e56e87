package dev.tenon.catalog.internal.archive;

import java.nio.charset.StandardCharsets;
import java.text.Normalizer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * The names in one archive. One is accepted if it means the same place on every file system, below
 * the root, and none before it means that place too. Not thread-safe.
 */
final class EntryNames {
  private static final int MOST_NAME_BYTES = 255;
  private static final int MOST_PATH_BYTES = 1024;
  private static final Pattern DEVICE =
      Pattern.compile(
          "(con|prn|aux|nul|conin\\$|conout\\$|com[0-9¹²³]|lpt[0-9¹²³]) *",
          Pattern.CASE_INSENSITIVE);

  private final String archive;
  private final ArchiveBudget budget;
  private final Place root = new Place("");
  private int count;

  EntryNames(String archive, ArchiveBudget budget) {
    this.archive = archive;
    this.budget = budget;
  }

  /** A place in the tree; its children by a form that file systems may take for the same name. */
  private static final class Place {
    private final String spelling;
    private final Map<String, Place> children = new HashMap<>();
    private boolean file;
    private boolean given;

    Place(String spelling) {
      this.spelling = spelling;
    }
  }

  /**
   * Checks a name.
   *
   * @param raw as it stands in the archive
   * @return names with slashes between them; empty for the root itself
   */
  String accept(String raw, boolean directory) {
    List<String> parts = parts(raw);
    int depth = parts.size() - 1;
    check(depth <= budget.depth(), raw, depth + " directories", "at most " + budget.depth());
    check(directory || depth >= 0, raw, "no name", "a file has one");
    Place place = root;
    for (String part : parts) {
      check(!place.file, raw, "below " + place.spelling, "a file has nothing below it");
      place = child(place, part, raw);
    }
    check(!place.given, raw, "repeats " + place.spelling, "each path stands once");
    check(
        directory || place.children.isEmpty(), raw, "is a directory too", "a file or a directory");
    place.given = true;
    place.file = !directory;
    return String.join("/", parts);
  }

  private Place child(Place parent, String part, String raw) {
    Place known = parent.children.get(folded(part));
    if (known == null) {
      check(++count <= budget.entries(), raw, "one more", "at most " + budget.entries());
      known = new Place(part);
      parent.children.put(folded(part), known);
    }
    check(
        known.spelling.equals(part),
        raw,
        "repeats " + known.spelling + " in another form",
        "each path stands once, whatever its case and its accents' form are");
    return known;
  }

  private static String folded(String part) {
    String decomposed = Normalizer.normalize(part, Normalizer.Form.NFKD);
    String folded = decomposed.toUpperCase(Locale.ROOT).toLowerCase(Locale.ROOT);
    return Normalizer.normalize(folded, Normalizer.Form.NFKC);
  }

  private List<String> parts(String raw) {
    check(!raw.isEmpty(), raw, "no name", "each has one");
    check(raw.codePoints().noneMatch(EntryNames::isUnseen), raw, "unseen", "no control characters");
    check(raw.indexOf('\\') < 0, raw, "a backslash", "slashes between names");
    check(raw.indexOf(':') < 0, raw, "a colon", "no drive and no stream of a file");
    check(!raw.startsWith("/"), raw, "absolute", "a path below the root");
    check(bytes(raw) <= MOST_PATH_BYTES, raw, bytes(raw), "at most " + MOST_PATH_BYTES + " bytes");
    List<String> parts = new ArrayList<>();
    for (String part : raw.split("/", -1)) {
      if (!part.isEmpty() && !part.equals(".")) {
        checkPart(part, raw);
        parts.add(part);
      }
    }
    return parts;
  }

  private void checkPart(String part, String raw) {
    check(!part.equals(".."), raw, "leaves the root", "a path below the root");
    check(!part.endsWith(".") && !part.endsWith(" "), raw, part, "no dot and no space ends a name");
    int dot = part.indexOf('.');
    String first = dot < 0 ? part : part.substring(0, dot);
    check(!DEVICE.matcher(first).matches(), raw, first, "no name of a device of Windows");
    check(
        bytes(part) <= MOST_NAME_BYTES, raw, bytes(part), "at most " + MOST_NAME_BYTES + " bytes");
  }

  private static int bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8).length;
  }

  /** Controls, marks that turn the direction of text, separators of lines, and what no file has. */
  private static boolean isUnseen(int c) {
    return Character.isISOControl(c)
        || Character.getType(c) == Character.FORMAT
        || Character.getType(c) == Character.SURROGATE
        || c == 0x2028
        || c == 0x2029;
  }

  private void check(boolean holds, String raw, Object found, String expected) {
    if (!holds) {
      throw ArchiveFault.at(archive, raw, found, expected);
    }
  }
}
