package dev.tenon.catalog.internal.path;

import java.nio.charset.StandardCharsets;
import java.text.Normalizer;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Which paths may become files: those that every file system holds, that lie below their root
 * everywhere, and that none takes for another one. Whoever reads names from outside asks here and
 * adds only what its own format forbids. Safe for threads.
 */
public final class PathRules {
  private static final int MOST_NAME_BYTES = 255;
  private static final int MOST_PATH_BYTES = 1024;
  private static final int UNREADABLE = 0xFFFD;

  /** Before the first dot of a name. */
  private static final Pattern DEVICE =
      Pattern.compile(
          "(con|prn|aux|nul|conin\\$|conout\\$|com[0-9¹²³]|lpt[0-9¹²³]) *",
          Pattern.CASE_INSENSITIVE);

  private static final Pattern DRIVE = Pattern.compile("[A-Za-z]:.*", Pattern.DOTALL);

  private PathRules() {}

  /**
   * What is wrong with a path or a name.
   *
   * @param found in a few words
   * @param expected the rule
   */
  public record Fault(String found, String expected) {}

  /**
   * What is wrong with a path.
   *
   * @param path names with one slash between them
   */
  public static Optional<Fault> faultOfPath(String path) {
    Optional<Fault> fault = faultOfText(path);
    for (String name : path.split("/", -1)) {
      fault = fault.or(() -> faultOfName(name));
    }
    return fault;
  }

  /** What is wrong with a path as a text, whatever its names are. */
  public static Optional<Fault> faultOfText(String path) {
    if (path.codePoints().anyMatch(PathRules::isUnseen)) {
      return fault("unseen", "no control characters");
    }
    if (path.indexOf('\\') >= 0) {
      return fault("a backslash", "slashes between names");
    }
    if (path.indexOf(':') >= 0) {
      return fault("a colon", "no drive and no stream of a file");
    }
    if (path.startsWith("/")) {
      return fault("absolute", "a path below the root");
    }
    return bytes(path) > MOST_PATH_BYTES
        ? fault(bytes(path) + " bytes", "at most " + MOST_PATH_BYTES + " bytes")
        : Optional.empty();
  }

  /** What is wrong with a name between two slashes of a path whose text is right. */
  public static Optional<Fault> faultOfName(String name) {
    if (name.isEmpty()) {
      return fault("no name", "each has one");
    }
    if (name.equals("..")) {
      return fault("leaves the root", "a path below the root");
    }
    if (name.endsWith(".") || name.endsWith(" ")) {
      return fault(name, "no dot and no space ends a name");
    }
    if (isDevice(name)) {
      return fault(name, "no name of a device of Windows");
    }
    return bytes(name) > MOST_NAME_BYTES
        ? fault(bytes(name) + " bytes", "a name of at most " + MOST_NAME_BYTES + " bytes")
        : Optional.empty();
  }

  private static Optional<Fault> fault(String found, String expected) {
    return Optional.of(new Fault(found, expected));
  }

  private static int bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8).length;
  }

  private static boolean isDevice(String name) {
    int dot = name.indexOf('.');
    return DEVICE.matcher(dot < 0 ? name : name.substring(0, dot)).matches();
  }

  /** Controls, marks that turn the direction of text, separators of lines, and what no file has. */
  private static boolean isUnseen(int c) {
    return Character.isISOControl(c)
        || Character.getType(c) == Character.FORMAT
        || Character.getType(c) == Character.SURROGATE
        || c == 0x2028
        || c == 0x2029
        || c == UNREADABLE;
  }

  /**
   * Whether a place below a root is one: no {@code ..}, no backslash, no drive letter. For what
   * names no file here, a key of a bucket or a directory of a repository; files have the whole
   * list.
   */
  public static boolean staysInside(String path) {
    boolean up = false;
    for (String part : path.split("/", -1)) {
      up |= part.equals("..");
    }
    return !up && path.indexOf('\\') < 0 && !isOnDrive(path);
  }

  /** Whether a text starts with the letter of a drive. */
  public static boolean isOnDrive(String text) {
    return DRIVE.matcher(text).matches();
  }

  /** The same for all paths that some file system takes for one, by case or by accents' form. */
  public static String key(String path) {
    String decomposed = Normalizer.normalize(path, Normalizer.Form.NFKD);
    String folded = decomposed.toUpperCase(Locale.ROOT).toLowerCase(Locale.ROOT);
    return Normalizer.normalize(folded, Normalizer.Form.NFKC);
  }

  /** A path for a message: what cannot be seen is written as an escape. */
  public static String visible(String path) {
    StringBuilder text = new StringBuilder();
    path.codePoints()
        .forEach(
            c ->
                text.append(
                    isUnseen(c)
                        ? String.format(Locale.ROOT, "\\u%04x", c)
                        : Character.toString(c)));
    return text.toString();
  }
}
