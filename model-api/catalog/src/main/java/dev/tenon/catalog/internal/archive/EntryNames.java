package dev.tenon.catalog.internal.archive;

import dev.tenon.catalog.internal.path.PathRules;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The names in one archive. One is accepted if {@link PathRules} accept it and none before it means
 * the same place. Not thread-safe.
 */
final class EntryNames {
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
    Place known = parent.children.get(PathRules.key(part));
    if (known == null) {
      check(++count <= budget.entries(), raw, "one more", "at most " + budget.entries());
      known = new Place(part);
      parent.children.put(PathRules.key(part), known);
    }
    check(
        known.spelling.equals(part),
        raw,
        "repeats " + known.spelling + " in another form",
        "each path stands once, whatever its case and its accents' form are");
    return known;
  }

  /** An archive may write a slash twice or at the end, and the root as a dot. */
  private List<String> parts(String raw) {
    check(!raw.isEmpty(), raw, "no name", "each has one");
    refuse(PathRules.faultOfText(raw), raw);
    List<String> parts = new ArrayList<>();
    for (String part : raw.split("/", -1)) {
      if (!part.isEmpty() && !part.equals(".")) {
        refuse(PathRules.faultOfName(part), raw);
        parts.add(part);
      }
    }
    return parts;
  }

  private void refuse(Optional<PathRules.Fault> fault, String raw) {
    fault.ifPresent(x -> check(false, raw, x.found(), x.expected()));
  }

  private void check(boolean holds, String raw, Object found, String expected) {
    if (!holds) {
      throw ArchiveFault.at(archive, raw, found, expected);
    }
  }
}
