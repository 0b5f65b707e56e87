package dev.tenon.catalog.source.git;

import dev.tenon.error.InvalidInputException;
import dev.tenon.internal.Problems;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.text.Normalizer;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;
import org.eclipse.jgit.errors.CorruptObjectException;
import org.eclipse.jgit.lib.ObjectChecker;

/**
 * The names of one tree. One is accepted if every file system takes it for the same place: none of
 * git's own directory in any form, none that leaves, no name of a device, and none that an earlier
 * one is but for case or accents' form. Not thread-safe.
 */
final class GitNames {
  private static final int LONGEST = 255;

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
    check(name.length <= LONGEST, path, "a name of at most " + LONGEST + " bytes");
    check(text.codePoints().noneMatch(GitNames::isUnseen), path, "no control characters");
    try {
      checker.checkPathSegment(name, 0, name.length);
    } catch (CorruptObjectException e) {
      String why = String.valueOf(e.getMessage());
      throw fault(path, "a name that is safe on every file system; " + why);
    }
    check(seen.add(folded(path)), path, "no other path that differs in case or form alone");
    return path;
  }

  private static String decode(String parent, byte[] name) {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(name)).toString();
    } catch (CharacterCodingException e) {
      throw fault(parent + new String(name, StandardCharsets.ISO_8859_1), "a name in UTF-8");
    }
  }

  private static String folded(String path) {
    String one = Normalizer.normalize(path, Normalizer.Form.NFKD);
    String folded = one.toUpperCase(Locale.ROOT).toLowerCase(Locale.ROOT);
    return Normalizer.normalize(folded, Normalizer.Form.NFKC);
  }

  private static boolean isUnseen(int c) {
    return Character.isISOControl(c)
        || Character.getType(c) == Character.FORMAT
        || c == 0x2028
        || c == 0x2029;
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
