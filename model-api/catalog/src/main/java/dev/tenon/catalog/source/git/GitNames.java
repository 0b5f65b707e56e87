package dev.tenon.catalog.source.git;

import dev.tenon.catalog.internal.path.PathRules;
import dev.tenon.error.InvalidInputException;
import dev.tenon.internal.Problems;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Set;
import org.eclipse.jgit.errors.CorruptObjectException;
import org.eclipse.jgit.lib.ObjectChecker;

/**
 * The names of one tree. One is accepted if {@link PathRules} accept it, git takes it for no form
 * of its own directory, and no earlier one means the same place. Not thread-safe.
 */
final class GitNames {
  private final ObjectChecker checker =
      new ObjectChecker().setSafeForWindows(true).setSafeForMacOS(true);
  private final Set<String> seen = new HashSet<>();

  /**
   * Checks a name.
   *
   * @param parent path of its directory, empty or with a slash at its end
   * @return the path of the entry
   */
  String accept(String parent, byte[] name) {
    String text = decode(parent, name);
    String path = parent + text;
    PathRules.faultOfText(path)
        .or(() -> PathRules.faultOfName(text))
        .ifPresent(x -> check(false, path, x.expected()));
    try {
      checker.checkPathSegment(name, 0, name.length);
    } catch (CorruptObjectException e) {
      String why = String.valueOf(e.getMessage());
      throw fault(path, "a name that is safe on every file system; " + why);
    }
    check(seen.add(PathRules.key(path)), path, "no other path that differs in case or form alone");
    return path;
  }

  private static String decode(String parent, byte[] name) {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(name)).toString();
    } catch (CharacterCodingException e) {
      throw fault(parent + new String(name, StandardCharsets.ISO_8859_1), "a name in UTF-8");
    }
  }

  private static void check(boolean holds, String path, String expected) {
    if (!holds) {
      throw fault(path, expected);
    }
  }

  private static InvalidInputException fault(String path, String expected) {
    String shown = path.replaceAll("\\p{C}", "?");
    return new InvalidInputException(Problems.problem("path in the repository", shown, expected));
  }
}
