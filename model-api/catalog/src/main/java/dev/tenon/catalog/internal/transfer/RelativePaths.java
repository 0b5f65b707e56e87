package dev.tenon.catalog.internal.transfer;

import dev.tenon.catalog.internal.content.PathRules;
import dev.tenon.error.InvalidInputException;
import dev.tenon.internal.Problems;
import java.util.Collection;
import java.util.Set;
import java.util.TreeSet;

/** Which names of a server's files may become files here. */
public final class RelativePaths {
  private RelativePaths() {}

  /**
   * Checks all paths of one tree before any is used: by {@link PathRules}, and that none is a
   * directory and a file.
   *
   * @param where whose files they are, for the message
   * @throws InvalidInputException naming those that may not be
   */
  public static void check(String where, Collection<String> paths) {
    try {
      PathRules.check(paths);
    } catch (InvalidInputException e) {
      throw new InvalidInputException("files of " + where + ": " + e.getMessage(), e);
    }
    Set<String> files = new TreeSet<>(paths);
    for (String path : files) {
      for (int slash = path.indexOf('/'); slash >= 0; slash = path.indexOf('/', slash + 1)) {
        if (files.contains(path.substring(0, slash))) {
          throw new InvalidInputException(
              Problems.problem(
                  "files of " + where,
                  path,
                  path.substring(0, slash) + " a file or a directory, not both"));
        }
      }
    }
  }
}
