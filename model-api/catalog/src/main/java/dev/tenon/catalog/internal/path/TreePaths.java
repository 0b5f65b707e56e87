package dev.tenon.catalog.internal.path;

import dev.tenon.error.InvalidInputException;
import dev.tenon.internal.Problems;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** The paths of all files of one tree, checked before any of them is used. Safe for threads. */
public final class TreePaths {
  private static final int MOST_SHOWN = 20;

  private TreePaths() {}

  /**
   * Checks all paths by {@link PathRules}, that no two of them, and no two directories, differ by
   * case or form alone, and that none is a file and a directory.
   *
   * @param where whose files they are, for the message
   * @throws InvalidInputException naming those that may not be, the first 20
   */
  public static void check(String where, Collection<String> paths) {
    Problems problems = new Problems();
    Map<String, String> spelled = new HashMap<>();
    Set<String> files = new TreeSet<>(paths);
    int shown = 0;
    for (String path : paths) {
      Optional<String> expected =
          PathRules.faultOfPath(path)
              .map(x -> "a path that every system holds: " + x.expected())
              .or(() -> other(path, spelled))
              .or(() -> directory(path, files));
      if (expected.isPresent() && shown++ < MOST_SHOWN) {
        problems.check(false, "path", PathRules.visible(path), expected.get());
      }
    }
    problems.throwIfAny(x -> new InvalidInputException("files of " + where + ": " + x));
  }

  /** The path, or a directory of it, may have been there before in another spelling. */
  private static Optional<String> other(String path, Map<String, String> spelled) {
    for (int end = path.indexOf('/'); ; end = path.indexOf('/', end + 1)) {
      String part = end < 0 ? path : path.substring(0, end);
      String before = spelled.putIfAbsent(PathRules.key(part), part);
      if (before != null && !before.equals(part)) {
        return Optional.of("differing from " + before + " by more than case or form");
      }
      if (end < 0) {
        return Optional.empty();
      }
    }
  }

  private static Optional<String> directory(String path, Set<String> files) {
    for (int slash = path.indexOf('/'); slash >= 0; slash = path.indexOf('/', slash + 1)) {
      String above = path.substring(0, slash);
      if (files.contains(above)) {
        return Optional.of(above + " a file or a directory, not both");
      }
    }
    return Optional.empty();
  }
}
